"""The form of a new product model, at the right side of the page."""

from __future__ import annotations

from typing import Any, Final

from fielddesk.core.i18n import _
from fielddesk.features.lifecycle.actions import create_model
from fielddesk.features.lifecycle.dialogs import NAME_FIELDS, model_field
from fielddesk.features.lifecycle.panel.record import names_of
from fielddesk.features.lifecycle.rules import LAUNCH
from fielddesk.store.actions import Call, call
from fielddesk.ui.making import NewRecord
from fielddesk.ui.seams import Bench

ORDER: Final = ("number", *NAME_FIELDS, "product_class", "stage", "stage_since", "stage_reason")


class NewModel(NewRecord):
    """The form of a new model; its dates are entered on its record."""

    drafts = "new_model"

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New product model"),
            lambda: _("Every machine of it follows the stage it is in."),
            lambda: _("Create model"),
        )
        self.usual = {"stage": LAUNCH, "stage_since": bench.today()}  # type: ignore[misc]
        for key in ORDER:
            self.form.add(model_field(bench, key))

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(
            create_model, number=values["number"], names=names_of(values) or {"en": values["number"]},
            product_class=values["product_class"], stage=values["stage"], since=values["stage_since"],
            reason=values["stage_reason"] or "",
        )  # fmt: skip

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["number"])
