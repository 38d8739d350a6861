"""The inspection report laid out: content to the words, numbers and drawings of its template, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from fielddesk.core.clock import local_day
from fielddesk.core.i18n import (
    N_,
    _,
    format_day,
    format_moment,
    format_number,
    format_quantity,
    ngettext,
    pick,
    speaking,
)
from fielddesk.core.pdf import Sheet
from fielddesk.features.documents.papers import Content, Paper, Terms, digest_of, issue_as
from fielddesk.features.inspections.papers.content import KIND, Plain, inspection_content

_VERDICTS: Final = {
    "passed": (N_("Passed"), "passed"),
    "failed": (N_("Failed"), "failed"),
    "not_applicable": (N_("Not applicable"), "open"),
    "noted": (N_("Noted"), "open"),
}
_UNITS: Final = {
    "piece": N_("pcs"), "metre": N_("m"), "litre": N_("l"), "kilogram": N_("kg"), "set": N_("sets"),
    "pair": N_("pairs"),
}  # fmt: skip
_QUESTIONED: Final = {
    "limits": N_("Questioned because it is outside the limits; kept by {name}."),
    "trend": N_("Questioned because it is off the trend of earlier readings; kept by {name}."),
}
_SATISFACTION: Final = {
    1: N_("very dissatisfied"), 2: N_("dissatisfied"), 3: N_("neutral"), 4: N_("satisfied"), 5: N_("very satisfied"),
}  # fmt: skip
_LONG: Final = 600
"""Letters of an answer or remark from which an item may be parted by the end of a page."""


def report_sheet(content: Content, terms: Terms, pictures: Mapping[str, bytes], language: str) -> Sheet:
    """The report as it is printed; pictures that are not given are told to be missing in their place."""
    with speaking(language):
        values = _Layout(content, terms, frozenset(pictures)).values()
    return Sheet(KIND, values, language, terms.at, pictures)


def _fact(label: str, value: str) -> Plain | None:
    return {"label": label, "value": value} if value else None


def _facts(*lines: Plain | None) -> list[Plain]:
    return [line for line in lines if line]


def _address(row: Plain) -> str:
    town = " ".join(part for part in (row["postal_code"], row["city"]) if part)
    return ", ".join(part for part in (row["street"], town, row["country"]) if part)


class _Layout:
    """Turns one report's content into values, in the language now spoken."""

    def __init__(self, content: Content, terms: Terms, here: frozenset[str]) -> None:
        self._content, self._terms, self._here = content, terms, here
        self._items = [item for one in content["inspections"] for item in one["items"] if item.get("kind") != "section"]
        self._numbers = {id(item): str(n) for n, item in enumerate(self._items, 1)}

    def values(self) -> Plain:
        content, terms = self._content, self._terms
        return {
            "title": _("Inspection report"),
            "number": terms.number or _("not issued"),
            "number_label": _("Document number"),
            "date": _("Issued on {day}").format(day=self._day_of(terms.at)) if terms.number else "",
            "draft": "" if terms.number else _("Preview"),
            "company": terms.company,
            "replaces": self._replaces(),
            "left": self._whose(),
            "right": self._which(),
            "result": self._result(),
            "inspections": [self._inspection(one) for one in content["inspections"]],
            "parts": [self._part(part) for part in content["parts"]],
            "photos": self._photos(content["photos"]),
            "sign_off": self._sign_off(),
            "foot": {
                "page": _("Page {page} of {pages}"),
                "digest_label": _("Checksum of the content"),
                "digest": digest_of(content),
            },
            "words": {
                "item": _("Item"), "answer": _("Answer"), "limits": _("Limits"), "verdict": _("Verdict"),
                "parts": _("Parts used"), "part_number": _("Number"), "part": _("Part"), "quantity": _("Quantity"),
                "photos": _("Photos"), "sign_off": _("Sign-off"),
                "not_signed": _("The customer has not signed yet."),
                "no_picture": _("This picture cannot be shown: it has not arrived, or is damaged."),
            },
        }  # fmt: skip

    # ---------------------------------------------------------------- head

    def _day_of(self, at: int) -> str:
        return format_day(local_day(at, self._terms.zone))

    def _moment(self, at: int | None) -> str:
        return "" if at is None else format_moment(at, self._terms.zone)

    def _replaces(self) -> str:
        if self._terms.replaces is None:
            return ""
        number, reason = self._terms.replaces
        return _("This document replaces {number}. Reason: {reason}").format(number=number, reason=reason)

    def _whose(self) -> list[Plain]:
        customer, site = self._content["customer"], self._content["site"]
        missing = _("not on this laptop")
        told = _facts(
            _fact(_("Customer"), f"{customer['name']} ({customer['number']})" if customer else missing),
            _fact(_("Address"), _address(customer) if customer else ""),
        )
        if site:
            told += _facts(_fact(_("Site"), site["name"]), _fact(_("Address of the site"), _address(site)))
        order = self._content["order"]
        return told + _facts(_fact(_("Work order"), f"{order['number']} · {order['title']}"))

    def _which(self) -> list[Plain]:
        first = self._content["inspections"][0]
        return self._asset(first["asset"]) + self._visit(first)

    def _asset(self, asset: Plain | None) -> list[Plain]:
        if asset is None:
            return _facts(_fact(_("Asset"), _("not on this laptop")))
        where = " · ".join(part for part in (asset["building"], asset["position"]) if part)
        return _facts(
            _fact(_("Asset"), asset["name"]), _fact(_("Model"), asset["model"]), _fact(_("Serial"), asset["serial"]),
            _fact(_("Software"), asset["software_version"]), _fact(_("Location"), where),
        )  # fmt: skip

    def _visit(self, one: Plain) -> list[Plain]:
        due = format_day(one["due_on"]) if one["due_on"] else ""
        planned = _("due {day}").format(day=due) if due and one["plan"] else due
        return _facts(
            _fact(_("Plan"), planned),
            _fact(_("Begun"), self._moment(one["started_at"])),
            _fact(_("Completed"), self._moment(one["completed_at"])),
            _fact(_("Done by"), ", ".join(one["by"])),
        )

    # ---------------------------------------------------------------- result

    def _result(self) -> Plain:
        failed = [item for item in self._items if (item["answer"] or {}).get("verdict") == "failed"]
        ended = all(one["completed_at"] is not None for one in self._content["inspections"])
        if not ended:
            words, state = _("Not completed yet"), "open"
        elif failed:
            words, state = _("Completed with findings"), "failed"
        else:
            words, state = _("Passed"), "passed"
        answered = sum(1 for item in self._items if item["answer"] or item["photos"])
        sentences = [
            ngettext("{done} of {n} item answered.", "{done} of {n} items answered.", len(self._items)).format(
                done=format_number(answered), n=format_number(len(self._items))
            )
        ]
        return {"words": words, "state": state, "sentences": sentences + [self._finding(item) for item in failed]}

    def _finding(self, item: Plain) -> str:
        told = _("Failed: item {n}, {item}").format(n=self._numbers[id(item)], item=self._name(item))
        follow = ", ".join(item["follow_ups"])
        return told + (" – " + _("follow-up order {number}").format(number=follow) if follow else "")

    # ---------------------------------------------------------------- items

    def _inspection(self, one: Plain) -> Plain:
        list_ = one["checklist"]
        name = pick(list_["names"]) or _("Checklist")
        version = _("{number}, version {version}").format(number=list_["number"], version=list_["version"])
        first = one is self._content["inspections"][0]
        facts = [] if first else self._asset(one["asset"]) + self._visit(one)
        return {
            "title": f"{name} · {version}" if list_["number"] else name,
            "facts": facts,
            "rows": [self._row(item) for item in one["items"]],
        }

    def _name(self, item: Plain) -> str:
        names = item.get("names")
        return (pick(names) if isinstance(names, dict) else "") or str(item.get("key", ""))

    def _row(self, item: Plain) -> Plain:
        if item.get("kind") == "section":
            return {"kind": "section", "title": self._name(item)}
        answer = item["answer"]
        verdict, state = self._verdict(item)
        said = self._answer(item, answer) if answer else ""
        notes = self._notes(item, answer) if answer else []
        if len(said) > 60:
            said, notes = "", [said, *notes]
        return {
            "kind": "item", "n": self._numbers[id(item)], "title": self._name(item), "answer": said,
            "limits": self._limits(item), "verdict": verdict, "state": state, "notes": notes,
            "trend": self._trend(item, answer), "photos": self._photos(item["photos"]),
            "long": len(item["photos"]) > 2 or sum(len(note) for note in notes) > _LONG,
        }  # fmt: skip

    def _verdict(self, item: Plain) -> tuple[str, str]:
        answer = item["answer"]
        if answer is None:
            return (_("Photo taken"), "passed") if item["photos"] else (_("Not answered"), "open")
        words, state = _VERDICTS.get(answer["verdict"], (N_("Noted"), "passed"))
        return _(words), "questioned" if state != "failed" and answer["questioned"] != "none" else state

    def _answer(self, item: Plain, answer: Plain) -> str:
        if answer["number"] is not None:
            return self._quantity(item, answer["number"], str(item.get("unit") or ""))
        if answer["choice"]:
            return self._choice(item, answer["choice"])
        if answer["day"]:
            return format_day(answer["day"])
        return str(answer["text"]) if item.get("kind") == "text" else ""

    def _quantity(self, item: Plain, number: int, unit: str = "") -> str:
        places = item.get("decimals")
        return format_quantity(number, unit, decimals=places if isinstance(places, int) else 0)

    def _choice(self, item: Plain, chosen: str) -> str:
        options = item.get("options")
        for option in options if isinstance(options, list) else ():
            if isinstance(option, dict) and chosen in (option.get("key"), option.get("code")):
                return pick(option.get("names") or {}) or chosen
        return chosen

    def _limits(self, item: Plain) -> str:
        low, high = item.get("low"), item.get("high")
        unit = str(item.get("unit") or "")
        if low is not None and high is not None:
            return f"{self._quantity(item, low)} – {self._quantity(item, high, unit)}"
        if low is not None:
            return f"≥ {self._quantity(item, low, unit)}"
        return f"≤ {self._quantity(item, high, unit)}" if high is not None else ""

    def _notes(self, item: Plain, answer: Plain) -> list[str]:
        notes = [answer["text"]] if answer["text"] and item.get("kind") != "text" else []
        if answer["questioned"] != "none":
            asked = _QUESTIONED.get(answer["questioned"], N_("Questioned; kept by {name}."))
            notes.append(_(asked).format(name=answer["by"]))
            if answer["kept_because"]:
                notes.append(_("Reason: {reason}").format(reason=answer["kept_because"]))
        notes += [_("Follow-up order {number}").format(number=number) for number in item["follow_ups"]]
        return notes

    def _trend(self, item: Plain, answer: Plain | None) -> Plain | None:
        """Earlier readings and today's as the template draws them; values in millionths, places from 0 to 1."""
        readings: list[tuple[int, int, str, bool]] = [
            (each["at"], each["number"], self._short(each["on"], each["at"]), False) for each in item["earlier"]
        ]
        if answer and answer["number"] is not None:
            readings.append((answer["at"], answer["number"], self._short(None, answer["at"]), True))
        if len(readings) < 2:
            return None
        points = [
            {"x": x, "v": number, "said": self._quantity(item, number), "day": day, "now": now}
            for x, (_at, number, day, now) in zip(_places([each[0] for each in readings]), readings, strict=True)
        ]
        limits = [
            {"v": limit, "said": self._quantity(item, limit)}
            for limit in (item.get("low"), item.get("high"))
            if isinstance(limit, int)
        ]
        return {"points": points, "limits": limits}

    def _short(self, day: str | None, at: int) -> str:
        return format_day(day or local_day(at, self._terms.zone), "iso")

    # ---------------------------------------------------------------- the rest

    def _photos(self, photos: Sequence[Plain]) -> list[Plain]:
        return [{"file": self._file(photo["sha256"]), "caption": photo["caption"]} for photo in photos]

    def _file(self, sha256: str) -> str:
        return sha256 if sha256 in self._here else ""

    def _part(self, part: Plain) -> Plain:
        known = _UNITS.get(part["unit"])
        unit = _(known) if known else part["unit"]
        return {
            "number": part["number"],
            "name": pick(part["names"]),
            "quantity": format_quantity(part["quantity"], unit),
        }

    def _sign_off(self) -> Plain | None:
        told = self._content["sign_off"]
        if told is None:
            return None
        rating, advice = told["satisfaction"], told["recommendation"]
        said = (
            _("{n} of 5, {words}").format(n=rating, words=_(_SATISFACTION[rating])) if rating in _SATISFACTION else ""
        )
        facts = _facts(
            _fact(_("Signed by"), told["signer"]),
            _fact(_("Signed at"), self._moment(told["at"])),
            _fact(_("Not signed because"), told["not_signed_because"]),
            _fact(_("Satisfaction"), said),
            _fact(_("Would recommend us"), _("{n} of 10").format(n=advice) if 0 <= advice <= 10 else ""),
            _fact(_("Comment"), told["comment"]),
            _fact(_("Engineer"), told["by"]),
        )
        signature = {
            "file": self._file(told["signature"]),
            "caption": _("Signature of {name}").format(name=told["signer"]),
        }
        shown = {"file": signature["file"] or "missing", "caption": signature["caption"]}
        return {
            "facts": facts,
            "signature": shown if told["signature"] else {"file": "", "caption": ""},
            "below": told["signer"],
        }


def _places(moments: Sequence[int]) -> list[float]:
    """Where moments stand between the first and the last, at least so far apart that their words do not overlap."""
    first, last, n = moments[0], max(moments), len(moments)
    span = max(last - first, 1)
    true = [(at - first) / span for at in moments]
    even = [place / (n - 1) for place in range(n)]
    gap = min((b - a for a, b in pairwise(true)), default=1.0)
    return even if gap < 0.6 / (n - 1) else true


REPORT: Final = issue_as(
    Paper(KIND, "work_order", "INS", lambda: _("Inspection report"), inspection_content, report_sheet)
)
