"""What a checklist may ask: read from its JSON, anything malformed refused by name, and worked through in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.features.inspections.rules import (
    FAILED,
    NONE,
    NOT_APPLICABLE,
    NOTED,
    NUMBER,
    PASSED,
    Given,
    Item,
    check_answer,
    failed_items,
    missing,
    next_item,
    numbers_of,
    parse_items,
    progress_of,
    result_of,
    to_json,
    visible,
)  # fmt: skip

NAMES = {"en": "Rod seal"}
PRESS = parse_items(
    [
        {"key": "head", "kind": "section", "names": {"en": "Hydraulics"}},
        {"key": "seal", "kind": "pass_fail", "names": NAMES, "parts": [{"number": "4S-118"}]},
        {"key": "leak", "kind": "number", "names": NAMES, "when": {"item": "seal", "verdicts": [FAILED]}},
        {"key": "where", "kind": "text", "names": NAMES, "when": {"item": "leak", "at_least": 5_000_000}},
        {
            "key": "pressure", "kind": "number", "names": NAMES, "unit": "bar", "low": 92_000_000, "high": 108_000_000,
            "decimals": 1,
        },
        {"key": "more", "kind": "section", "names": {"en": "Oil"}, "when": {"item": "pressure", "at_most": 95_000_000}},
        {
            "key": "oil", "kind": "choice", "names": NAMES, "options": [
                {"key": "clear", "names": NAMES}, {"key": "milky", "names": NAMES, "fails": True},
            ],
        },
        {"key": "sample", "kind": "photo", "names": NAMES, "when": {"item": "oil", "choices": ["milky"]}},
        {"key": "tidy", "kind": "tick", "names": NAMES, "required": False},
    ]
)  # fmt: skip
SEAL, PRESSURE = PRESS[1], PRESS[4]


def keys(items: Any) -> list[str]:
    return [item.key for item in items]


def one(**more: Any) -> dict[str, Any]:
    return {"key": "a", "kind": "tick", "names": NAMES, **more}


BAD: list[tuple[str, Any, str]] = [
    ("no JSON", "{", "items_malformed"),
    ("an object", {}, "items_malformed"),
    ("nothing", [], "items_none"),
    ("only a heading", [one(kind="section")], "items_none"),
    ("501 items", [one(key=f"k{n}") for n in range(501)], "items_too_many"),
    ("a number as item", [7], "item_malformed"),
    ("no key", [{"kind": "tick", "names": NAMES}], "item_key_wrong"),
    ("a key that means nothing", [one(key="none")], "item_key_wrong"),
    ("a key with capitals", [one(key="Seal")], "item_key_wrong"),
    ("a key twice", [one(), one()], "item_key_twice"),
    ("a kind of nobody", [one(kind="essay")], "item_kind_unknown"),
    ("a field of nobody", [one(colour="red")], "item_field_unknown"),
    ("no name", [one(names={})], "item_without_name"),
    ("only spaces as name", [one(names={"en": "  "})], "item_without_name"),
    ("a language of nobody", [one(names={"fr": "Joint"})], "item_names_wrong"),
    ("a name that is none", [one(names={"en": 7})], "item_malformed"),
    ("NUL in a name", [one(names={"en": "a\x00b"})], "item_text_broken"),
    ("two lines in a name", [one(names={"en": "a\nb"})], "item_text_broken"),
    ("half a character", [one(names={"en": "\ud800"})], "item_text_broken"),
    ("a name of a megabyte", [one(names={"en": "x" * 10**6})], "item_text_too_long"),
    ("limits of a tick", [one(low=1)], "item_not_a_number"),
    ("crossed limits", [one(kind=NUMBER, low=2, high=1)], "item_limits_crossed"),
    ("a limit with a point", [one(kind=NUMBER, low=1.5)], "item_number_wrong"),
    ("seven decimals", [one(kind=NUMBER, decimals=7)], "item_number_wrong"),
    ("a choice without options", [one(kind="choice")], "item_options_wrong"),
    ("a choice of one", [one(kind="choice", options=[{"key": "x", "names": NAMES}])], "item_options_wrong"),
    ("options of a tick", [one(options=[{"key": "x", "names": NAMES}])], "item_options_wrong"),
    ("the same option twice", [one(kind="choice", options=[{"key": "x", "names": NAMES}] * 2)], "item_options_wrong"),
    ("a part without number", [one(parts=[{"number": " "}])], "item_part_wrong"),
    ("no parts at all", [one(parts=[{"number": "P", "quantity": 0}])], "item_number_wrong"),
    ("required maybe", [one(required="yes")], "item_malformed"),
    ("a condition on itself", [one(when={"item": "a", "verdicts": [PASSED]})], "item_condition_not_earlier"),
    ("on a later item", [one(when={"item": "b", "verdicts": [PASSED]}), one(key="b")], "item_condition_not_earlier"),
    ("on nothing", [one(), one(key="b", when={"item": "a"})], "item_condition_wrong"),
    ("on a number of a tick", [one(), one(key="b", when={"item": "a", "at_least": 1})], "item_condition_wrong"),
    ("on a choice of nobody", [one(), one(key="b", when={"item": "a", "choices": ["x"]})], "item_condition_wrong"),
    ("on a verdict of nobody", [one(), one(key="b", when={"item": "a", "verdicts": ["so"]})], "item_condition_wrong"),
    (
        "on two things at once",
        [one(kind=NUMBER), one(key="b", when={"item": "a", "verdicts": [PASSED], "at_least": 1})],
        "item_condition_wrong",
    ),
]


@pytest.mark.parametrize(("tree", "code"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_malformed_list_is_refused_by_name(tree: Any, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_items(tree)
    assert refused.value.code == code
    assert refused.value.values["field"] == "items"
    assert all(isinstance(value, str | int) for value in refused.value.values.values())  # they travel


def test_a_complaint_names_the_item() -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_items([one(), one(key="b", kind=NUMBER, low=3, high=1)])
    assert (refused.value.values["item"], refused.value.values["place"]) == ("b", 2)


def test_what_is_written_is_read_again() -> None:
    assert parse_items(to_json(PRESS)) == PRESS
    assert to_json(parse_items(to_json(PRESS))) == to_json(PRESS)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["key", "kind", "names", "when", "options", "parts", "low", "en"]), inner),
    max_leaves=12,
)  # fmt: skip


one_of_them = st.fixed_dictionaries({"key": junk, "kind": junk, "names": junk}, optional={"when": junk, "parts": junk})


@given(st.lists(one_of_them))
def test_whatever_is_read_is_a_list_of_items_or_a_clear_refusal(tree: Any) -> None:
    text = canonical.dumps(tree)
    try:
        items = parse_items(text)
    except RuleBroken:
        with pytest.raises(RuleBroken, match=r"^item"):
            parse_items(text)
    else:
        assert parse_items(to_json(items)) == items


# ---------------------------------------------------------------- working through it


def test_an_item_is_asked_when_its_condition_holds_and_hidden_with_what_it_hangs_on() -> None:
    assert keys(visible(PRESS, {})) == ["head", "seal", "pressure"]
    failed = {"seal": Given(FAILED), "leak": Given(NOTED, number=6_000_000)}
    assert keys(visible(PRESS, failed)) == ["head", "seal", "leak", "where", "pressure"]
    passed = failed | {"seal": Given(PASSED)}
    assert keys(visible(PRESS, passed)) == ["head", "seal", "pressure"]  # `where` hangs on the hidden `leak`


def test_a_heading_takes_what_stands_under_it_along() -> None:
    low = {"seal": Given(PASSED), "pressure": Given(PASSED, number=93_200_000)}
    assert keys(visible(PRESS, low)) == ["head", "seal", "pressure", "more", "oil", "tidy"]
    assert keys(visible(PRESS, low | {"oil": Given(FAILED, choice="milky")}))[-2:] == ["sample", "tidy"]


def test_what_is_missing_is_required_asked_and_without_answer() -> None:
    answers = {"seal": Given(PASSED), "pressure": Given(PASSED, number=93_200_000)}
    assert keys(missing(PRESS, answers, {})) == ["oil"]
    milky = answers | {"oil": Given(FAILED, choice="milky")}
    assert keys(missing(PRESS, milky, {})) == ["sample"]
    assert keys(missing(PRESS, milky, {"sample": 1})) == []
    assert keys(missing(PRESS, milky | {"seal": Given(NONE)}, {"sample": 1})) == ["seal"]


def test_the_next_item_is_the_first_without_answer_behind_and_then_from_the_top() -> None:
    assert next_item(PRESS, {}, {}) == SEAL
    assert next_item(PRESS, {}, {}, after="seal") == PRESSURE
    assert next_item(PRESS, {"pressure": Given(PASSED, number=98_000_000)}, {}, after="pressure") == SEAL
    done = {"seal": Given(PASSED), "pressure": Given(PASSED, number=98_000_000)}
    assert next_item(PRESS, done, {}, after="pressure") is None


def test_numbers_stay_whatever_is_hidden_and_progress_counts_what_is_asked() -> None:
    assert numbers_of(PRESS)["pressure"] == 4
    answers = {"seal": Given(FAILED), "leak": Given(NOTED, number=1)}
    assert (progress_of(PRESS, answers, {}).done, progress_of(PRESS, answers, {}).total) == (2, 3)
    assert keys(failed_items(PRESS, answers)) == ["seal"]
    assert (result_of(PRESS, answers), result_of(PRESS, {})) == (FAILED, PASSED)


@pytest.mark.parametrize(
    ("item", "given_", "verdict"),
    [
        (SEAL, Given(FAILED), FAILED),
        (PRESSURE, Given(number=92_000_000), PASSED),
        (PRESSURE, Given(number=91_999_999), FAILED),
        (PRESSURE, Given(number=108_000_000), PASSED),
        (PRESSURE, Given(number=108_000_001), FAILED),
        (PRESS[2], Given(number=-5), NOTED),
        (PRESS[6], Given(choice="milky"), FAILED),
        (PRESS[6], Given(choice="clear"), PASSED),
        (PRESS[8], Given(), PASSED),
        (PRESSURE, Given(NOT_APPLICABLE, text="gauge is missing"), NOT_APPLICABLE),
    ],
)
def test_an_answer_has_its_verdict(item: Item, given_: Given, verdict: str) -> None:
    assert check_answer(item, given_).verdict == verdict


@pytest.mark.parametrize(
    ("item", "given_", "code"),
    [
        (PRESS[0], Given(PASSED), "item_is_heading"),
        (SEAL, Given(NOTED), "verdict_unknown"),
        (PRESSURE, Given(), "number_missing"),
        (PRESS[6], Given(choice="blue"), "choice_unknown"),
        (PRESS[3], Given(text=" \n"), "text_missing"),
        (PRESSURE, Given(NOT_APPLICABLE), "reason_missing"),
    ],
)
def test_an_answer_that_is_none_is_refused(item: Item, given_: Given, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_answer(item, given_)
    assert refused.value.code == code


def test_an_answer_keeps_nothing_of_another_kind() -> None:
    assert check_answer(PRESSURE, Given(number=93_200_000, choice="x", day="2028-01-01")) == Given(PASSED, 93_200_000)


some_answer = st.builds(
    Given,
    st.sampled_from([PASSED, FAILED, NONE]),
    st.none() | st.integers(0, 2 * 10**8),
    st.sampled_from([None, "clear", "milky"]),
)


@given(st.dictionaries(st.sampled_from([item.key for item in PRESS]), some_answer))
def test_what_is_next_is_asked_and_open_and_nothing_is_next_when_all_is_answered(answers: dict[str, Given]) -> None:
    asked = visible(PRESS, answers)
    coming = next_item(PRESS, answers, {})
    progress = progress_of(PRESS, answers, {})
    assert (coming is None) == (progress.done == progress.total)
    assert coming is None or coming in asked
    assert set(missing(PRESS, answers, {})) <= set(asked)
