"""Parts in words: names, amounts, stock, and what histories say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fielddesk.core.i18n import N_, _, format_quantity, language, ngettext
from fielddesk.features.parts import rules
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.queries import PartRow, PlaceStock, movements_among
from fielddesk.features.parts.rules import MILLION
from fielddesk.store.tx import Reading
from fielddesk.store.types import in_language
from fielddesk.ui.entries import Entry
from fielddesk.ui.lists import Row
from fielddesk.ui.moments import moment_words
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.wording import add_sentences

UNITS: Final = {
    "piece": N_("pcs"),
    "metre": N_("m"),
    "litre": N_("l"),
    "kilogram": N_("kg"),
    "set": N_("sets"),
    "pair": N_("pairs"),
}
MOVEMENTS: Final = {
    rules.FITTED: N_("Fitted"),
    rules.TAKEN_BACK: N_("Taken back"),
    rules.RECEIVED: N_("Received"),
}
PLACE_KINDS: Final = {
    rules.VAN: (N_("Van"), "truck"),
    rules.DEPOT: (N_("Depot"), "warehouse"),
    rules.HEADQUARTERS: (N_("Headquarters"), "buildings"),
}

add_sentences(
    {
        "quantity_not_positive": N_("Type how many, more than zero."),
        "quantity_too_large": lambda values: _("Nobody carries that many; {most} is the most.").format(
            most=format_quantity(values["most"])
        ),
        "place_kind_unknown": N_("Choose what kind of place it is."),
        "taken_back_already": N_("This part was taken back already."),
        "place_missing": N_("Choose where the part is taken from."),
    }
)


def part_name(names: str) -> str:
    """A part's name in the reader's language, or in the nearest of its family."""
    return in_language(names, language())


def amount(quantity: int, unit: str) -> str:
    """A quantity (millionths) with its unit as it reads: 3, or 2.5 m."""
    if unit == "piece":
        return format_quantity(quantity)
    if unit in ("set", "pair"):
        return _counted_in(quantity, unit)
    return format_quantity(quantity, _(UNITS[unit]) if unit in UNITS else unit)


def _counted_in(quantity: int, unit: str) -> str:
    """Sets and pairs, of which there is one or many."""
    whole = abs(quantity) // MILLION if quantity % MILLION == 0 else 2
    if unit == "set":
        text = ngettext("{n} set", "{n} sets", whole)
    else:
        text = ngettext("{n} pair", "{n} pairs", whole)
    return text.format(n=format_quantity(quantity))


def unit_words(unit: str) -> str:
    return _(UNITS[unit]) if unit in UNITS else unit


def movement_words(kind: str) -> str:
    return _(MOVEMENTS[kind]) if kind in MOVEMENTS else kind


def place_words(kind: str) -> str:
    return _(PLACE_KINDS[kind][0]) if kind in PLACE_KINDS else kind


def stock_words(part: PartRow) -> str:
    """What is in stock: in one's own van first, then everywhere."""
    if part.near is not None and part.near < 0:
        return _("{quantity} below zero").format(quantity=amount(-part.near, part.unit))
    if not part.near and not part.total:
        return _("none in stock")
    if part.near is None:
        return _("{total} in stock").format(total=amount(part.total, part.unit))
    return _("{near} with you, {total} in all").format(
        near=amount(part.near, part.unit), total=amount(part.total, part.unit)
    )


def stock_state(part: PartRow) -> str:
    """The colour of a stock: below zero is wrong. None at hand is what most of a catalogue is, and no state."""
    return "bad" if (part.total if part.near is None else part.near) < 0 else "idle"


def row_of(part: PartRow) -> Row:
    """A part as a row of a list: name, number, stock."""
    state = stock_state(part)
    return Row(
        part.id, part_name(part.names) or part.number, part.number, _("replaced") if part.replaced_by else "",
        state, "" if state == "bad" else "swap" if part.replaced_by else "nut", "",
        stock_words(part), "" if state == "idle" else state, number=part.number,
    )  # fmt: skip


def numbers_of(part: PartRow) -> str:
    """The number of a part, and the one that replaces it."""
    replaced = _("replaced by {number}").format(number=part.replaced_by) if part.replaced_by else ""
    return " · ".join(text for text in (part.number, replaced) if text)


def found_row(part: PartRow) -> Row:
    """A part on one line, as it is offered to an order: number, name, stock. Here that there is none matters."""
    row, none = row_of(part), (part.total if part.near is None else part.near) == 0
    title = f"{part.number} {part_name(part.names)}".strip()
    return Row(row.id, title, "", row.below, row.state, row.icon, "warn" if none else row.below_state)


def freshness(stock: PlaceStock, now: int, zone: str) -> str:
    """Where a place's number comes from, and since when: nothing for a place whose whole ledger is here."""
    if stock.as_of is None:
        return _("exact, every movement is on this laptop")
    said = (
        _("headquarters, {when}").format(when=moment_words(stock.as_of, now, zone))
        if stock.as_of
        else _("headquarters has not said yet")
    )
    if not stock.waiting:
        return said
    own = format_quantity(stock.waiting) if stock.waiting < 0 else f"+{format_quantity(stock.waiting)}"
    return _("{said}; {own} of yours not sent yet").format(said=said, own=own)


# ---------------------------------------------------------------- what histories say


def told_movements(read: Reading, ids: Sequence[str], now: int, zone: str) -> dict[str, Entry]:
    """Movements as entries of the history of the asset their order is about."""
    found = {}
    for row in movements_among(read, ids):
        words = _("{quantity} × {part}: {what}").format(
            quantity=amount(abs(row.quantity), row.unit), part=f"{row.number} {part_name(row.names)}".strip(),
            what=movement_words(row.kind),
        )  # fmt: skip
        who = " · ".join(part for part in (row.order, row.who) if part)
        second = _("{who}, {when}").format(who=who, when=moment_words(row.at, now, zone))
        icon = "nut" if row.quantity < 0 else "arrow-u-up-left"
        leads = ("work_order", row.order_id) if row.order_id else None
        found[row.id] = Entry(row.id, words, second, icon, leads_to=leads)
    return found


def _fitted(told: Mapping[str, Any], names: Names) -> str:
    return _("{quantity} × {part} fitted, from {place}").format(**_moved(told, names))


def _taken_back(told: Mapping[str, Any], names: Names) -> str:
    return _("{quantity} × {part} taken back to {place}").format(**_moved(told, names))


def _kept(told: Mapping[str, Any], names: Names) -> str:
    if not told.get("place_id"):
        return _("{quantity} × {part} reserved").format(**_moved(told, names))
    return _("{quantity} × {part} reserved at {place}").format(**_moved(told, names))


def _let_go(told: Mapping[str, Any], names: Names) -> str:
    return _("{quantity} × {part} no longer reserved").format(**_moved(told, names))


def _received(told: Mapping[str, Any], names: Names) -> str:
    return _("{quantity} × {part} received").format(**_moved(told, names))


def _moved(told: Mapping[str, Any], names: Names) -> dict[str, str]:
    return {
        "quantity": format_quantity(int(told.get("quantity", 0))),
        "part": names.get(str(told.get("part_id")), _("a part")),
        "place": names.get(str(told.get("place_id")), _("a stock place")),
    }


def _counted(words: str) -> Callable[[Mapping[str, Any], Names], str]:
    return lambda told, _names: _(words).format(count=told.get("count", ""))


def _opened(told: Mapping[str, Any], _names: Names) -> str:
    return _("Stock place {name} opened").format(name=told.get("name", ""))


_IDS: Final = {"part_id": "part", "place_id": "place"}
ACTIONS: Final = (
    ActionWords("use_part", lambda: _("Part used"), _fitted, "nut", _IDS),
    ActionWords("take_part_back", lambda: _("Part taken back"), _taken_back, "arrow-u-up-left", _IDS),
    ActionWords("reserve_part", lambda: _("Part reserved"), _kept, "bookmark-simple", _IDS),
    ActionWords("release_part", lambda: _("Reservation ended"), _let_go, "bookmark-simple", _IDS),
    ActionWords("receive_stock", lambda: _("Parts received"), _received, "package", _IDS),
    ActionWords("create_place", lambda: _("New stock place"), _opened, "warehouse"),
    ActionWords("import_parts", lambda: _("Parts list"), _counted(N_("Parts taken in from a list: {count}")), "tray"),
    ActionWords("set_stock_levels", lambda: _("Stock levels"), _counted(N_("Stock levels published: {count}")), "tray"),
)

FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Number")),
    "names": FieldWords(lambda: _("Name"), part_name),
    "category": FieldWords(lambda: _("Category")),
    "unit": FieldWords(lambda: _("Unit"), unit_words),
    "replaced_by": FieldWords(lambda: _("Replaced by")),
}


def part_title(part: Part) -> str:
    return part_name(part.names) or part.number
