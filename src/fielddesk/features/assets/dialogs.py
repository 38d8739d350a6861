"""Assets in words: rows, fields, and what histories say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fielddesk.core.i18n import N_, _
from fielddesk.features.assets.queries import AssetRow
from fielddesk.features.people.dialogs import mark_asks, mark_of, mark_state, mark_words
from fielddesk.ui.lists import Row
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.text import Words
from fielddesk.ui.wording import add_sentences

add_sentences({"serial_missing": N_("Type the serial number; without one nobody finds this machine.")})

LABELS: Final[dict[str, Words]] = {
    "serial": lambda: _("Serial"),
    "name": lambda: _("Name"),
    "model": lambda: _("Model"),
    "software_version": lambda: _("Software"),
    "building": lambda: _("Building"),
    "position": lambda: _("Position"),
    "remark": lambda: _("Remark"),
}
"""The fields of an asset's form, in their order."""


def row_of(asset: AssetRow, mark: str | None = None) -> Row:
    """An asset as a row of a list: its name, then serial and customer, the model at the right."""
    second = " · ".join(part for part in (asset.serial, asset.customer) if part)
    asks, state = (mark_words(mark), mark_state(mark or "")) if mark_asks(mark) else ("", "")
    return Row(
        asset.id, asset.name, second, asks, icon="factory", right_state=state, below=asset.model, mark=mark_of(mark),
        number=asset.serial,
    )  # fmt: skip


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
    "installed_on": FieldWords(lambda: _("Installed on")),
    "warranty_until": FieldWords(lambda: _("Warranty until")),
}
