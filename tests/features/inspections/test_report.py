"""The inspection report as a PDF: read back as text, in three languages, with bad pictures and hostile words."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core import pdf
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import LANGUAGES
from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.papers import Terms, digest_of
from fielddesk.features.inspections.model import Answer, ChecklistVersion
from fielddesk.features.inspections.papers import inspection_content, report_sheet
from fielddesk.store.database import Store
from tests.support import inspected
from tests.support.laptops import some_id
from tests.support.region import ANNA, MILLION, put

NUMBER = "INS-A7-2027-1"
COMPANY = "Northfield Service GmbH"


@pytest.fixture
def pictures(laptop: Store) -> Iterator[dict[str, bytes]]:
    return inspected.fill(laptop)


def content_of(store: Store) -> dict[str, Any]:
    with store.read() as read:
        found = inspection_content(read, inspected.ORDER)
    assert found is not None
    return found


def text_of(content: bytes, *how: str) -> str:
    done = subprocess.run(["pdftotext", *how, "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def made(store: Store, pictures: dict[str, bytes], language: str = "en", number: str = NUMBER) -> bytes:
    terms = Terms(number, store.clock.now(), store.clock.zone(), COMPANY)
    return pdf.render(report_sheet(content_of(store), terms, pictures, language))


def squeezed(text: str) -> str:
    """Without the spaces and line ends that reading a page puts between pieces of a line."""
    return re.sub(r"\s+", "", text)


def test_the_report_says_what_was_found(laptop: Store, pictures: dict[str, bytes]) -> None:
    text = text_of(made(laptop, pictures), "-layout")
    for words in (
        COMPANY, NUMBER, "Harbour Stamping (C-1001)", "Werk Süd", "Press HP-250 #2", "HP250-0042", "WO-A7-2026-1047",
        "press-quarterly, version 3", "Completed with findings", "22 of 22 items answered.", "171.3 bar",
        "170.0 – 190.0", "kept by Anna Berg", "Gauge was changed in March", "180.4", "182.2", "Not applicable",
        "WO-A7-2026-1060", "Loose bolts at the left", "4S-118", "2 sets", "Ines Sørensen", "4 of 5, satisfied",
        "Page 1 of 3", digest_of(content_of(laptop)), "1,234,567", "7 Mar 2026",
    ):  # fmt: skip
        assert words in text, words
    assert "1,713" not in text  # the newest answer stands
    assert "Only after a failure" not in text  # was not asked


def test_it_is_an_archive_pdf_that_comes_out_the_same_each_time(laptop: Store, pictures: dict[str, bytes]) -> None:
    once, twice = made(laptop, pictures), made(laptop, pictures)
    assert once == twice
    assert b"pdfaid" in once or b"pdfaid:part" in once
    fonts = subprocess.run(["pdffonts", "-"], input=once, capture_output=True, check=True).stdout.decode()
    lines = fonts.splitlines()[2:]
    assert lines
    assert all(" yes yes yes " in line for line in lines), fonts  # embedded, subset, with Unicode


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
def test_chinese_text_can_be_searched_and_copied(laptop: Store, pictures: dict[str, bytes], language: str) -> None:
    text = squeezed(text_of(made(laptop, pictures, language)))
    assert "门生文长：风扇有异响" in text
    place = LANGUAGES.index(language)
    for name in inspected.NAMES:
        assert name[place].replace(" ", "") in text
    assert not re.search("[\u2e80-\u2fdf\uf900-\ufaff]", text)  # radicals look like characters and are not found


def numbers_in(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", text))


def days_in(text: str, language: str) -> list[str]:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    if language == "en":
        found = re.findall(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})", text)
        return sorted(f"{year}-{months.index(month) + 1:02}-{int(day):02}" for day, month, year in found)
    found = re.findall(r"(\d{4})年(\d{1,2})月(\d{1,2})日", squeezed(text))
    return sorted(f"{year}-{int(month):02}-{int(day):02}" for year, month, day in found)


def test_all_languages_have_the_same_numbers_and_days(laptop: Store, pictures: dict[str, bytes]) -> None:
    texts = {language: text_of(made(laptop, pictures, language), "-layout") for language in LANGUAGES}
    days = {language: days_in(text, language) for language, text in texts.items()}
    assert days["en"] == days["zh_CN"] == days["zh_TW"]
    assert len(days["en"]) == 6
    plain = {}
    for language, text in texts.items():
        without = re.sub(r"\d{1,2} [A-Z][a-z]{2} \d{4}|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日", "", text)
        plain[language] = numbers_in(without)
    assert plain["en"] == plain["zh_CN"] == plain["zh_TW"]
    assert len(plain["en"]) > 60


def names_in(value: Any) -> set[str]:
    """Every word that the records themselves are written in."""
    if isinstance(value, str):
        return set(re.findall(r"[A-Za-zÀ-ÿ]+", value))
    if isinstance(value, dict):
        return set().union(*(names_in(each) for key, each in value.items() if key not in ("names", "kind", "verdict")))
    return set().union(*(names_in(each) for each in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
def test_no_english_stands_in_the_chinese_ones_but_names(
    laptop: Store, pictures: dict[str, bytes], language: str
) -> None:
    content = content_of(laptop)
    allowed = names_in(content) | names_in([COMPANY, NUMBER])
    text = text_of(made(laptop, pictures, language), "-layout").replace(digest_of(content), "")
    assert set(re.findall(r"[A-Za-zÀ-ÿ]+", text)) - allowed == set()


def test_a_picture_that_is_missing_or_damaged_is_told_in_its_place(laptop: Store, pictures: dict[str, bytes]) -> None:
    photo, arrow, _signature = pictures
    cut = pictures[arrow][:-20]
    bomb = inspected.huge_picture()
    whole = made(laptop, pictures)
    assert "cannot be shown" not in text_of(whole)
    for bad in ({}, {photo: b""}, {arrow: cut}, {arrow: bomb}, {arrow: b"%PDF-1.7 not a picture"}):
        text = text_of(made(laptop, dict(bad)))
        assert text.count("This picture cannot be shown") == 3  # two photos, the signature
        assert "Loose bolts at the left" in text
    assert text_of(made(laptop, {**pictures, arrow: cut})).count("This picture cannot be shown") == 1


HOSTILE = (
    '#import "x": * #read("/etc/passwd") $x^2$ *b* _i_ <l> @r // c /* d */ \\ [] {} `raw` = h',
    "שלום עולם مرحبا بالعالم \u202eabc",
    "tab\tbell\x07 zero\u200bwidth \ue000 🙂 e\u0301 \U0010ffff",
    "{page} {pages} {name} %s",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(laptop: Store, text: str) -> None:
    pictures = inspected.fill(laptop, text=text)
    found = text_of(made(laptop, pictures))
    for piece in re.findall(r"[A-Za-z#\"$^*<>@{}%]{3,}", text):
        assert squeezed(piece) in squeezed(found), piece
    assert "root:" not in found


@pytest.mark.parametrize("letter", ["x", "字", "word "])
def test_ten_thousand_letters_are_all_on_the_pages(laptop: Store, letter: str) -> None:
    text = (letter * 10_000)[:10_000]
    pictures = inspected.fill(laptop, text=text)
    found = squeezed(text_of(made(laptop, pictures)))
    assert found.count(letter.strip()) >= 10_000 // len(letter)


def test_a_report_of_many_photos(laptop: Store, pictures: dict[str, bytes]) -> None:
    shots = {}
    rows = []
    for n in range(22):
        shot = inspected.picture(640, 480, n)
        blob = laptop.blobs.keep(shot) if laptop.blobs else None
        assert blob is not None
        shots[blob.sha256] = shot
        rows.append(
            Attachment(id=some_id(f"shot {n}"), order_id=inspected.ORDER, item=f"bolt{n % 13 + 1}", kind="photo",
                       name="p.png", media_type="image/png", size=blob.size, sha256=blob.sha256, caption=f"Photo {n}",
                       by_id=ANNA, at=laptop.clock.now() + n, rev=1)
        )  # fmt: skip
    put(laptop, rows)
    content = made(laptop, pictures | shots)
    text = text_of(content)
    assert all(f"Photo {n}" in text for n in range(22))
    assert len(content) < 3_000_000
    listed = subprocess.run(["pdfimages", "-list", "-"], input=content, capture_output=True, check=True).stdout
    assert len(listed.splitlines()) >= 22 + 3


def test_the_digest_is_of_what_is_stated_and_in_no_language(laptop: Store, pictures: dict[str, bytes]) -> None:
    before = digest_of(content_of(laptop))
    texts = [text_of(made(laptop, pictures, language)) for language in LANGUAGES]
    assert all(before in text for text in texts)
    late = Answer(
        id=some_id("late"), inspection_id=inspected.INSPECTION, order_id=inspected.ORDER, asset_id=inspected.ASSET,
        version_id=inspected.VERSION, item="noise", verdict="noted", number=80 * MILLION, by_id=ANNA,
        at=laptop.clock.now(), rev=1,
    )  # fmt: skip
    put(laptop, [late])
    assert digest_of(content_of(laptop)) != before


@pytest.mark.parametrize("items", ["[]", "{}", '[1,null,"x",{}]', '[{"key":"noise","kind":"number"}]'])
def test_a_checklist_that_is_not_as_it_should_be(laptop: Store, pictures: dict[str, bytes], items: str) -> None:
    with laptop.read() as read:
        version = read.one(ChecklistVersion, inspected.VERSION)
    put(laptop, [replace(version, items=items)])
    assert "Inspection report" in text_of(made(laptop, pictures))


def test_without_an_inspection_there_is_nothing_to_report(laptop: Store) -> None:
    with laptop.read() as read:
        assert inspection_content(read, inspected.ORDER) is None
        assert inspection_content(read, some_id("nowhere")) is None


def test_a_preview_says_so_and_a_correction_names_what_it_replaces(laptop: Store, pictures: dict[str, bytes]) -> None:
    content = content_of(laptop)
    terms = Terms(at=laptop.clock.now(), company=COMPANY)
    preview = text_of(pdf.render(report_sheet(content, terms, pictures, "en")))
    assert preview.count("not issued") >= 2
    corrected = Terms("INS-A7-2027-2", terms.at, "UTC", COMPANY, (NUMBER, "Gauge read wrongly"))
    text = text_of(pdf.render(report_sheet(content, corrected, pictures, "en")))
    assert f"This document replaces {NUMBER}. Reason: Gauge read wrongly" in text


def test_without_a_font_of_the_language_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SIMPLIFIED", ("No such font",))
    with pytest.raises(FieldDeskError) as caught:
        pdf.render(pdf.Sheet("labels", {"size": "roll", "labels": [], "skip": 0, "title": "x"}, "zh_CN"))
    assert caught.value.code == "fonts_missing"


def test_nothing_readable_is_left_on_the_disk(
    laptop: Store, pictures: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("TMPDIR", str(empty))
    made(laptop, pictures)
    assert list(empty.iterdir()) == []
