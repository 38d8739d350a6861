"""Between an item of a checklist and the fields of its form: values out of its tree, and one value put into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Final

from fielddesk.core.i18n import N_, _, format_quantity, parse_quantity
from fielddesk.features.inspections.dialogs import named, verdict_words
from fielddesk.features.inspections.rules import (
    CHOICE,
    DATE,
    FAILED,
    NOT_APPLICABLE,
    NOTED,
    NUMBER,
    PASS_FAIL,
    PASSED,
    PHOTO,
    SECTION,
    SIGNATURE,
    TEXT,
    TICK,
    Item,
)
from fielddesk.store.types import MILLION

KIND_WORDS: Final = {
    PASS_FAIL: (N_("Pass, fail, not applicable"), "check-square"),
    TICK: (N_("Tick"), "check"),
    NUMBER: (N_("Number with limits"), "gauge"),
    CHOICE: (N_("One of several"), "list-bullets"),
    TEXT: (N_("Text"), "text-aa"),
    DATE: (N_("Day"), "calendar-blank"),
    PHOTO: (N_("Photo"), "camera"),
    SIGNATURE: (N_("Signature"), "signature"),
    SECTION: (N_("Heading"), "text-h"),
}
"""Kind of an item to its words and icon."""
LANGUAGES: Final = ("en", "zh_CN", "zh_TW")
OPEN: Final = "open"
NEEDED: Final = "needed"
AT_LEAST, AT_MOST, AS_BEFORE = "at_least", "at_most", "as_before"
MOST_OF_ONE = 500


def values_of(tree: dict[str, Any]) -> dict[str, Any]:
    """What the fields show of an item's tree."""
    names, helps, when = (tree.get(name) or {} for name in ("names", "help", "when"))
    bounds = [name for name in (AT_LEAST, AT_MOST) if when.get(name) is not None]
    return {
        "kind": tree.get("kind"), "required": OPEN if tree.get("required") is False else NEEDED,
        **{language: names.get(language, "") for language in LANGUAGES},
        **{f"help_{language}": helps.get(language, "") for language in LANGUAGES},
        "unit": tree.get("unit", ""), "low": tree.get("low"), "high": tree.get("high"),
        "decimals": str(tree.get("decimals", 0)), "parts": parts_text(tree.get("parts") or []),
        "when_item": when.get("item"), "when_is": answer_key(when),
        "when_number": when.get(bounds[0]) if len(bounds) == 1 else None,
    }  # fmt: skip


def with_value(tree: dict[str, Any], key: str, value: Any, earlier: dict[str, Item]) -> dict[str, Any]:
    """The tree with one field of the form set; FieldDeskError where the text of parts cannot be read."""
    found = deepcopy(tree)
    if key in LANGUAGES or key.startswith("help_"):
        place, language = ("names", key) if key in LANGUAGES else ("help", key.removeprefix("help_"))
        named_so = {**(found.get(place) or {}), language: value or ""}
        found[place] = {each: text for each, text in named_so.items() if text}
    elif key == "kind":
        found = of_kind(found, str(value))
    elif key == "required":
        found["required"] = value != OPEN
    elif key == "decimals":
        found["decimals"] = int(value or 0)
    elif key in ("unit", "low", "high"):
        found[key] = value
    elif key == "parts":
        found["parts"] = parts_of(str(value or ""))
    else:
        found["when"] = _condition(dict(found.get("when") or {}), key, value, earlier)
    return {
        name: held
        for name, held in found.items()
        if held is not None and held != [] and (held != {} or name == "names")
    }


def of_kind(tree: dict[str, Any], kind: str) -> dict[str, Any]:
    """The same item as another kind: what that kind has not is left behind."""
    keep = {"key", "names", "when"} | (set() if kind == SECTION else {"help", "required", "parts", "picture"})
    if kind == NUMBER:
        keep |= {"unit", "low", "high", "decimals"}
    if kind == CHOICE:
        keep.add("options")
    found = {name: value for name, value in tree.items() if name in keep} | {"kind": kind}
    if kind == CHOICE and not found.get("options"):
        found["options"] = [
            {"key": "good", "names": {"en": "Good", "zh_CN": "良好", "zh_TW": "良好"}},
            {"key": "bad", "names": {"en": "Bad", "zh_CN": "不良", "zh_TW": "不良"}, "fails": True},
        ]
    return found


def parts_text(parts: Sequence[dict[str, Any]]) -> str:
    """Parts on one line: 4S-118; GR-0400 × 2."""
    found = []
    for part in parts:
        quantity = part.get("quantity", MILLION)
        number = str(part.get("number", ""))
        found.append(number if quantity == MILLION else f"{number} × {format_quantity(quantity, grouped=False)}")
    return "; ".join(found)


def parts_of(text: str) -> list[dict[str, Any]]:
    """Parts of such a line; FieldDeskError where a quantity is no number."""
    found = []
    for piece in text.replace("；", ";").split(";"):
        number, times, quantity = piece.replace("✕", "×").partition("×")
        if number.strip():
            found.append({"number": number.strip(), "quantity": parse_quantity(quantity) if times else MILLION})
    return found


def answers_of(there: Item | None, when: dict[str, Any]) -> list[tuple[str, Any]]:
    """What an earlier item can be asked about."""
    found: list[tuple[str, Any]] = []
    if there is None:
        return found
    if there.kind == CHOICE:
        found += [(f"choice:{option.key}", named(option.names)) for option in there.options]
    if there.kind == NUMBER:
        found += [(AT_LEAST, lambda: _("At least")), (AT_MOST, lambda: _("At most"))]
    asked = {PASS_FAIL: (PASSED, FAILED, NOT_APPLICABLE), TICK: (PASSED, NOT_APPLICABLE)}
    failing = there.kind == CHOICE or (there.kind == NUMBER and (there.low is not None or there.high is not None))
    verdicts = asked.get(there.kind, (PASSED, FAILED, NOT_APPLICABLE) if failing else (NOTED, NOT_APPLICABLE))
    found += [(f"verdict:{verdict}", _verdict(verdict)) for verdict in verdicts]
    if answer_key(when) == AS_BEFORE:
        found.append((AS_BEFORE, condition_words(there, when)))
    return found


def _verdict(verdict: str) -> Callable[[], str]:
    return lambda: verdict_words(verdict)


def answer_key(when: dict[str, Any]) -> str | None:
    """Which of `answers_of` a condition is; AS_BEFORE for one that says more than the form can."""
    verdicts, choices = when.get("verdicts") or [], when.get("choices") or []
    bounds = [name for name in (AT_LEAST, AT_MOST) if when.get(name) is not None]
    if len(verdicts) + len(choices) + len(bounds) > 1:
        return AS_BEFORE
    if verdicts:
        return f"verdict:{verdicts[0]}"
    if choices:
        return f"choice:{choices[0]}"
    return bounds[0] if bounds else None


def condition_words(there: Item, when: dict[str, Any]) -> str:
    """The answers a condition waits for, in words: Dark or Milky."""
    words = [verdict_words(verdict) for verdict in when.get("verdicts") or []]
    for choice in when.get("choices") or []:
        option = there.option(choice)
        words.append(named(option.names) if option else str(choice))
    if when.get(AT_LEAST) is not None:
        words.append(_("at least {number}").format(number=format_quantity(when[AT_LEAST], there.unit)))
    if when.get(AT_MOST) is not None:
        words.append(_("at most {number}").format(number=format_quantity(when[AT_MOST], there.unit)))
        return _(" and ").join(words) if when.get(AT_LEAST) is not None else words[-1]
    return _(" or ").join(words)


def _condition(when: dict[str, Any], key: str, value: Any, earlier: dict[str, Item]) -> dict[str, Any] | None:
    if key == "when_item":
        if value is None:
            return None
        there = earlier.get(str(value))
        first = next((one for one, _words in answers_of(there, {}) if one != f"verdict:{PASSED}"), None)
        return _condition({"item": value}, "when_is", first, earlier)
    if key == "when_is":
        if value == AS_BEFORE:
            return when
        base, (what, _colon, which) = {"item": when.get("item")}, str(value or "").partition(":")
        if what == "verdict":
            return base | {"verdicts": [which]}
        if what == "choice":
            return base | {"choices": [which]}
        return base | {what: 0} if what in (AT_LEAST, AT_MOST) else None
    bound = next((name for name in (AT_LEAST, AT_MOST) if name in when), None)
    return when | {bound: value or 0} if bound and key == "when_number" else when
