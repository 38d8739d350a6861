"""Languages, numbers and days: said as each reader says them, and exact whatever was typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core import catalogues, i18n
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import format_quantity, parse_quantity, set_language, speaking


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def refused(text: str) -> FieldDeskError:
    with pytest.raises(FieldDeskError) as caught:
        parse_quantity(text)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "millionths"),
    [
        ("12", 12_000_000),
        ("12.5", 12_500_000),
        ("12,5", 12_500_000),
        (".5", 500_000),
        ("5.", 5_000_000),
        ("0,250", 250_000),
        ("-3.25", -3_250_000),
        ("−3.25", -3_250_000),
        ("+7", 7_000_000),
        ("１２．５", 12_500_000),
        ("1,234.5", 1_234_500_000),
        ("1.234,5", 1_234_500_000),
        ("1 234,5", 1_234_500_000),
        ("1'234.5", 1_234_500_000),
        ("1,234,567", 1_234_567_000_000),
        ("0.000001", 1),
        ("1000000000", 10**15),
        (" 93.2 ", 93_200_000),
    ],
)
def test_a_quantity_is_read_exactly_as_typed(typed: str, millionths: int) -> None:
    assert parse_quantity(typed) == millionths


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number_missing"),
        ("  ", "number_missing"),
        ("abc", "number_not_understood"),
        ("1e5", "number_not_understood"),
        ("0x10", "number_not_understood"),
        ("1.2.3", "number_not_understood"),
        ("12,34,5", "number_not_understood"),
        ("--1", "number_not_understood"),
        ("-", "number_not_understood"),
        (".", "number_not_understood"),
        ("1_000", "number_not_understood"),
        ("٣", "number_not_understood"),
        ("nan", "number_not_understood"),
        ("1" * 61, "number_not_understood"),
        ("1\x00", "number_not_understood"),
        ("\ud800", "number_not_understood"),
        ("0.0000001", "number_too_precise"),
        ("1.0000000", "number_too_precise"),
        ("1000000000.000001", "number_too_large"),
        ("-1000000001", "number_too_large"),
        ("1,234", "number_ambiguous"),
    ],
)
def test_what_is_no_quantity_is_refused_with_a_code(typed: str, code: str) -> None:
    assert refused(typed).code == code


def test_an_ambiguous_number_is_refused_with_both_readings_written_out() -> None:
    assert refused("1,234").values == {"either": "1234", "other": "1.234"}
    set_language("en", "de_DE")
    assert parse_quantity("1,234") == 1_234_000
    assert refused("1.234").values == {"either": "1234", "other": "1,234"}


@given(st.integers(-(10**15), 10**15), st.sampled_from([None, "de_DE", "fr_FR", "de_CH"]), st.booleans())
@pytest.mark.slow
def test_what_is_written_is_read_back_to_the_millionth(millionths: int, region: str | None, grouped: bool) -> None:
    set_language("en", region)
    try:
        assert parse_quantity(format_quantity(millionths, grouped=False)) == millionths
        if abs(millionths) // 1_000_000 not in range(1_000, 1_000_000) or not grouped:  # 1,234 alone may mean 1.234
            assert parse_quantity(format_quantity(millionths, grouped=grouped)) == millionths
    finally:
        set_language("en")


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused_never_a_crash(text: str) -> None:
    code = ""
    try:
        assert abs(parse_quantity(text)) <= i18n.QUANTITY_LIMIT
    except FieldDeskError as error:
        code = error.code
    assert code == "" or code.startswith("number_")


def test_quantities_are_written_with_the_signs_of_the_region() -> None:
    assert format_quantity(1_234_500_000, "l") == "1,234.5\N{NO-BREAK SPACE}l"
    assert format_quantity(-500_000) == "−0.5"
    assert format_quantity(2_000_000, decimals=2) == "2.00"
    set_language("en", "de_DE")
    assert format_quantity(1_234_500_000) == "1.234,5"
    set_language("en", "de-DE.UTF-8")
    assert format_quantity(1_234_500_000) == "1.234,5"


@pytest.mark.parametrize("region", ["C", "POSIX", "xx_YY", "", "en_US.UTF-8"])
def test_a_region_nobody_knows_writes_numbers_as_english_does(region: str) -> None:
    set_language("zh_TW", region)
    assert format_quantity(1_234_500_000) == "1,234.5"


def test_our_own_languages_write_numbers_as_babel_says() -> None:
    for language in i18n.LANGUAGES:
        symbols = i18n._babel_locale(language).number_symbols["latn"]
        assert i18n._signs(language) == (symbols["decimal"], symbols["group"])


def test_days_read_as_in_each_language() -> None:
    shown = {}
    for language in i18n.LANGUAGES:
        set_language(language)
        shown[language] = [
            i18n.format_day("2028-03-14", style) for style in ("short", "medium", "long", "month", "iso")
        ]
    assert shown["en"] == ["14 Mar", "14 Mar 2028", "Tuesday 14 March 2028", "March 2028", "2028-03-14"]
    assert shown["zh_CN"] == ["3月14日", "2028年3月14日", "2028年3月14日星期二", "2028年3月", "2028-03-14"]
    assert shown["zh_TW"] == ["3月14日", "2028年3月14日", "2028年3月14日 星期二", "2028年3月", "2028-03-14"]


def test_a_moment_is_shown_on_the_clocks_of_its_zone() -> None:
    at = 1_836_615_667_000_000  # 2028-03-14 03:01:07 UTC
    assert i18n.format_moment(at, "Asia/Shanghai", "time") == "11:01"
    assert i18n.format_moment(at, "Europe/Berlin", "seconds") == "04:01:07"
    assert i18n.format_moment(at, "America/New_York") == "13 Mar 2028, 23:01"
    assert i18n.format_moment(at, "Mars/Olympus") == "14 Mar 2028, 03:01 UTC"
    assert i18n.format_moment(-1, "UTC") == "31 Dec 1969, 23:59"


def test_due_days_and_lengths_of_time_are_said_in_words() -> None:
    today = "2028-03-14"
    days = ("2028-03-11", "2028-03-13", today, "2028-03-15", "2028-03-20")
    assert [i18n.due_words(day, today) for day in days] == [
        "3 days late",
        "1 day late",
        "due today",
        "due tomorrow",
        "due in 6 days",
    ]
    assert [i18n.relative_day(day, today) for day in days] == [
        "3 days ago",
        "yesterday",
        "today",
        "tomorrow",
        "in 6 days",
    ]
    minute = 60_000_000
    assert [i18n.duration_words(n * minute) for n in (0, 35, 60, 70, 47 * 60, 50 * 60, 72 * 60)] == [
        "0 min",
        "35 min",
        "1 h",
        "1 h 10 min",
        "47 h",
        "2 d 2 h",
        "3 d",
    ]
    assert i18n.left_words(-35 * minute) == "35 min late"
    with speaking("zh_CN"):
        assert i18n.left_words(70 * minute) == "剩 1 小时 10 分"
        assert i18n.due_words("2028-03-11", today) == "逾期 3 天"
    with speaking("zh_TW"):
        assert i18n.left_words(70 * minute) == "剩 1 小時 10 分"


def test_a_document_is_written_in_its_own_language_while_the_window_keeps_its_own() -> None:
    set_language("zh_TW")
    with speaking("en"):
        assert i18n.relative_day("2028-03-15", "2028-03-14") == "tomorrow"
    assert i18n.relative_day("2028-03-15", "2028-03-14") == "明天"


def test_a_chinese_reader_gets_the_other_script_before_english() -> None:
    names = {"en": "Seal", "zh_CN": "密封圈"}
    set_language("zh_TW")
    assert i18n.pick(names) == "密封圈"
    assert i18n.pick({"en": "Seal", "zh_TW": ""}) == "Seal"
    set_language("en")
    assert i18n.pick({"zh_TW": "密封環"}) == "密封環"
    assert i18n.pick({}) == ""


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("zh-Hant-HK", "zh_TW"),
        ("zh_CN.UTF-8", "zh_CN"),
        ("zh", "zh_CN"),
        ("zh-Hans-TW", "zh_CN"),
        ("de_DE", "en"),
        (None, "en"),
    ],
)
def test_the_language_of_the_system_is_matched_to_one_of_ours(wanted: str | None, spoken: str) -> None:
    assert i18n.closest_language(wanted) == spoken


def test_listeners_hear_a_change_once_and_can_stop_listening() -> None:
    heard = []
    stop = i18n.on_language_change(lambda: heard.append(i18n.language()))
    set_language("zh_CN")
    set_language("zh_CN")
    stop()
    set_language("en")
    assert heard == ["zh_CN"]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(FieldDeskError) as caught:
        set_language("xx")
    assert caught.value.code == "language_unknown"


def test_speaking_costs_no_babel_at_start() -> None:
    asked = "import sys, fielddesk.core.i18n as i; i._('today'); i.format_quantity(1); print('babel' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


# ---------------------------------------------------------------- catalogues


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A source folder with four sentences, and an empty folder for translations."""
    source, root = tmp_path / "src", tmp_path / "translations"
    source.mkdir()
    (source / "page.py").write_text(
        '_("Hello {name}")\nngettext("{n} part", "{n} parts", n)\npgettext("order", "Open")\nWORD = N_("Later")\n',
        "utf-8",
    )
    return source, root


def test_new_sentences_reach_the_catalogues_and_old_ones_leave_them(small: tuple[Path, Path]) -> None:
    source, root = small
    catalogues.update(catalogues.extract(source), root)
    assert {message.id for message in catalogues.read("zh_CN", root) if message.id} == {
        "Hello {name}",
        ("{n} part", "{n} parts"),
        "Open",
        "Later",
    }
    (source / "page.py").write_text('_("Later")', "utf-8")
    catalogues.update(catalogues.extract(source), root)
    assert [message.id for message in catalogues.read("zh_CN", root) if message.id] == ["Later"]


def test_check_says_what_is_missing_untranslated_doubtful_or_stale(small: tuple[Path, Path]) -> None:
    source, root = small
    found = catalogues.extract(source)
    assert any("is in the code, not in the catalogue" in fault for fault in catalogues.check(found, root))
    catalogues.update(found, root)
    assert sum("is not translated" in fault for fault in catalogues.check(found, root)) == 8
    good = {
        "Hello {name}": ["{name}，您好", "{name}，您好"],
        "{n} part": ["{n} 个备件", "{n} 件備品"],
        "order|Open": ["打开", "開啟"],
        "Later": ["稍后", "稍後"],
    }
    assert catalogues.fill(good, root) == []
    assert catalogues.check(found, root) == []
    assert catalogues.fill({**good, "Hello {name}": ["{nom}您好", "您好, {name}"], "Nobody": ["", ""]}, root) == [
        "Nobody"
    ]
    faults = "\n".join(catalogues.check(found, root))
    assert "has the places ['nom'], the English ['name']" in faults
    assert "half-width punctuation" in faults
    catalogues.fill(good, root)
    catalogues.po_path("zh_TW", root).with_suffix(".mo").write_bytes(b"old")
    assert [fault for fault in catalogues.check(found, root) if "stale" in fault] != []


def test_filling_in_leaves_a_catalogue_that_can_be_filled_again(small: tuple[Path, Path]) -> None:
    source, root = small
    found = catalogues.extract(source)
    catalogues.update(found, root)
    before = catalogues.po_path("zh_CN", root).read_bytes()
    catalogues.update(found, root)
    assert catalogues.po_path("zh_CN", root).read_bytes() == before


def test_the_command_line_tells_its_verbs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert catalogues.main([]) == 2
    assert "update" in capsys.readouterr().out
    words = tmp_path / "words.json"
    words.write_text(json.dumps({}), "utf-8")
    assert catalogues.main(["extract"]) == 0
    assert "sentences" in capsys.readouterr().out


def test_the_compiled_catalogues_are_those_of_the_written_ones() -> None:
    for language in catalogues.TRANSLATED:
        path = catalogues.po_path(language)
        assert path.with_suffix(".mo").read_bytes() == catalogues.compiled(catalogues.read(language)), language
