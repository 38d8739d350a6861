"""Assets in words: rows, fields, warranty, what histories say of them, and the field that takes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fielddesk.core.i18n import N_, _, format_day
from fielddesk.features.assets.queries import AssetFilter, AssetRow, TreeLine, asset_names, asset_page
from fielddesk.features.assets.rules import IN_WARRANTY, warranty
from fielddesk.features.lifecycle.dialogs import ModelPicker
from fielddesk.features.people.dialogs import mark_asks, mark_of, mark_state, mark_words
from fielddesk.store.tx import Reading
from fielddesk.ui.fields import Choice, Field, Line, Prose
from fielddesk.ui.forms import Day
from fielddesk.ui.lists import Row
from fielddesk.ui.seams import ActionWords, Bench, FieldWords, Names
from fielddesk.ui.signs import Chip
from fielddesk.ui.taking import RecordPicker
from fielddesk.ui.text import Words
from fielddesk.ui.wording import add_sentences

add_sentences(
    {
        "serial_missing": N_("Type the serial number; without one nobody finds this machine."),
        "part_of_itself": N_("A machine cannot be a part of itself, nor of what is a part of it."),
        "replaced_by_itself": N_("A machine cannot be replaced by itself."),
        "warranty_before_installed": N_("The warranty cannot end before the machine was installed."),
    }
)

LABELS: Final[dict[str, Words]] = {
    "serial": lambda: _("Serial"),
    "name": lambda: _("Name"),
    "model_id": lambda: _("Product model"),
    "model": lambda: _("Model"),
    "software_version": lambda: _("Software"),
    "site_id": lambda: _("Site"),
    "building": lambda: _("Building"),
    "position": lambda: _("Position"),
    "parent_id": lambda: _("Part of"),
    "installed_on": lambda: _("Installed on"),
    "warranty_until": lambda: _("Warranty until"),
    "replaced_by_id": lambda: _("Replaced by"),
    "remark": lambda: _("Remark"),
}
"""The fields of an asset's form, in their order."""
NEEDED: Final = ("serial", "name")


def field_of(bench: Bench, key: str) -> Field:
    """The field of an asset's form."""
    label = LABELS[key]
    if key in ("parent_id", "replaced_by_id"):
        return AssetPicker(bench, key, label)
    if key == "model_id":
        return ModelPicker(bench, key, label)
    if key == "site_id":
        return Choice(key, label, [])
    if key in ("installed_on", "warranty_until"):
        return Day(key, label, today=bench.today)
    return (Prose if key == "remark" else Line)(key, label, needed=key in NEEDED)


class AssetPicker(RecordPicker):
    """The field of a form that takes another asset."""

    def __init__(self, bench: Bench, key: str, label: Words) -> None:
        def find(read: Reading, text: str) -> list[Row]:
            return [row_of(row) for row in asset_page(read, AssetFilter(text), 0, 5)]

        super().__init__(bench, key, label, find, asset_names, hint=lambda: _("Type a serial or a name"))


def row_of(asset: AssetRow, mark: str | None = None) -> Row:
    """An asset as a row of a list: its name, then serial and customer, the model at the right."""
    second = " · ".join(part for part in (asset.serial, asset.customer) if part)
    asks, state = (mark_words(mark), mark_state(mark or "")) if mark_asks(mark) else ("", "")
    return Row(
        asset.id, asset.name, second, asks, icon="factory", right_state=state, below=asset.model, mark=mark_of(mark),
        number=asset.serial,
    )  # fmt: skip


def tree_row(line: TreeLine, here: str) -> Row:
    """An asset as a line of its machine's tree. One that comes again in a ring is marked; its id is made unlike."""
    asset = line.asset
    right, state = (
        (_("comes again"), "warn") if line.again else (_("this one"), "idle") if asset.id == here else ("", "idle")
    )
    row_id = f"{asset.id}#{line.depth}" if line.again else asset.id
    return Row(
        row_id, asset.name, asset.serial, right, state, "arrows-clockwise" if line.again else "factory",
        "warn" if line.again else "", asset.model, number=asset.serial, indent=line.depth,
    )  # fmt: skip


def warranty_chip(warranty_until: str | None, today: str) -> Chip | None:
    """Whether a machine is in its warranty, in words and colour; none where nobody knows."""
    state = warranty(warranty_until, today)
    if not state or warranty_until is None:
        return None
    if state == IN_WARRANTY:
        return Chip(lambda: _("In warranty until {day}").format(day=format_day(warranty_until)), "ok", "shield-check")
    return Chip(lambda: _("Warranty ended on {day}").format(day=format_day(warranty_until)), "idle", "shield-slash")


def _entered(told: Mapping[str, Any], _names: Names) -> str:
    return _("{name} entered with serial {serial}").format(name=told.get("name", ""), serial=told.get("serial", ""))


def _edited(_told: Mapping[str, Any], _names: Names) -> str:
    return _("Record changed")


def _taken_in(told: Mapping[str, Any], _names: Names) -> str:
    return _("Assets taken in from a list: {count}").format(count=told.get("count", ""))


ACTIONS: Final = (
    ActionWords("create_asset", lambda: _("New asset"), _entered, "plus"),
    ActionWords("edit_asset", lambda: _("Change of an asset"), _edited, "pencil-simple"),
    ActionWords("import_assets", lambda: _("List of assets"), _taken_in, "tray"),
)

FIELDS: Final[dict[str, FieldWords]] = {
    **{name: FieldWords(label) for name, label in LABELS.items()},
    "customer_id": FieldWords(lambda: _("Customer"), names_of="customer"),
    "site_id": FieldWords(lambda: _("Site"), names_of="site"),
    "model_id": FieldWords(lambda: _("Product model"), names_of="product_model"),
    "parent_id": FieldWords(lambda: _("Part of"), names_of="asset"),
    "replaced_by_id": FieldWords(lambda: _("Replaced by"), names_of="asset"),
    "installed_on": FieldWords(lambda: _("Installed on"), lambda value: format_day(str(value))),
    "warranty_until": FieldWords(lambda: _("Warranty until"), lambda value: format_day(str(value))),
}
