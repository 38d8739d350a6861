"""The form of a new order, at the right side of the page."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from fielddesk.core.i18n import _
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import assets_of
from fielddesk.features.customers.dialogs import CustomerPicker
from fielddesk.features.customers.model import Site
from fielddesk.features.lifecycle.dialogs import stage_words
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import assignable_people
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.actions import create_order, set_order_status
from fielddesk.features.workorders.dialogs import KINDS, kind_words, visit_words
from fielddesk.features.workorders.panel.pickers import ContactPicker, SitePicker
from fielddesk.features.workorders.queries import asset_standing
from fielddesk.features.workorders.rules import ASSIGNED, CANCELLED, OPEN
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui.fields import Choice, Field, Line, Prose
from fielddesk.ui.forms import Day
from fielddesk.ui.making import NEW, NewRecord
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Remark
from fielddesk.ui.times import DayTime


class NewOrder(NewRecord):
    """The form of a new order. Who does not plan opens it for themselves."""

    drafts = "new_order"
    number_kind = "WO"
    offers_undo = True
    usual: ClassVar = {"kind": "repair"}

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New work order"),
            lambda: _("It gets its number on this laptop and keeps it."),
            lambda: _("Create order"),
        )
        self._kind = Choice("kind", lambda: _("Kind"), [(key, partial(kind_words, key)) for key in KINDS], needed=True)
        self.title_field = Line("title", lambda: _("What is to be done"), needed=True)
        self.customer = CustomerPicker(bench)
        self.asset = Choice("asset_id", lambda: _("Asset"), [])
        self._zone = ""
        self.site = SitePicker(bench, lambda: self.customer.shown or "")
        self.contact = ContactPicker(bench, lambda: self.customer.shown or "", lambda: self.site.shown)
        for field in (self._kind, self.title_field, self.customer, self.site, self.contact, self.asset):
            self.form.add(field)
        self.form.add(
            DayTime(
                "planned_at", lambda: _("Visit"), place=self._place, today=bench.today,
                says=lambda moment: visit_words(moment, self._place(), bench.zone()),
                hint=lambda: _("Day and time"),
            )
        )  # fmt: skip
        self._standing: dict[str, Any] = {}
        self.stage = Remark("info", "path")
        self.asset.layout().addWidget(self.stage)  # type: ignore[union-attr]
        self.form.add(Day("due_on", lambda: _("Due"), today=bench.today))
        if bench.me.role in OFFICE:
            self._assignee = Choice("assignee_id", lambda: _("Given to"), [])
            self.form.add(self._assignee)
        self.form.add(Prose("description", lambda: _("Description")))

    def call_of(self, values: dict[str, Any]) -> Call:
        if self._bench.me.role not in OFFICE:
            values["assignee_id"] = self._bench.me.user_id
        # What was not answered in time is looked up by the action itself.
        return call(create_order, **values | {"description": values["description"] or ""} | self._standing)

    def told(self, values: dict[str, Any]) -> str:
        return _("{number} opened").format(number=values["number"])

    def taken_back(self, values: dict[str, Any], row_id: str) -> Call:
        """An order that was opened by mistake is cancelled: its number is used up, and says so."""
        shown = {"status": ASSIGNED if values.get("assignee_id") else OPEN, "status_reason": ""}
        return call(set_order_status, based_on=shown, order_id=row_id, status=CANCELLED, reason=_("Opened by mistake"))

    def _place(self) -> str:
        """Whose clocks the visit goes by."""
        return self._zone or self._bench.zone()

    def offer(self) -> None:
        if self._bench.me.role in OFFICE:
            self._bench.read(assignable_people, self._offer_people, key=f"new_order.people.{id(self)}")

    def _offer_people(self, people: list[User]) -> None:
        self._assignee.set_options([(user.id, user.name) for user in people])

    def put_back(self, field: Field, draft: str) -> None:
        if field is self.customer:
            self.customer.put_back(draft, self._offer_assets)
        elif field is self.site:
            self.site.put_back(draft)
            self._learn_zone(draft)
        elif field is self.contact:
            self.contact.put_back(draft)
        else:
            super().put_back(field, draft)
            if field is self.asset:
                self._ask_standing(draft)

    def changed(self, key: str, value: Any) -> None:
        if key == "customer_id":
            for field in (self.asset, self.site, self.contact):
                field.start(None)
                self._bench.keep_draft(f"{self.drafts}.{field.key}", NEW, None)
            self._learn_zone("")
            self._offer_assets(str(value) if value else "")
        elif key == "site_id":
            self._learn_zone(str(value) if value else "")
        if key in ("customer_id", "asset_id"):
            self._ask_standing(self.asset.text())

    def _learn_zone(self, site_id: str) -> None:
        def learned(site: Site | None) -> None:
            self._zone = site.zone if site is not None else ""
            self.form.fields["planned_at"].retranslate()

        self._bench.read(lambda read: read.get(Site, site_id), learned, key=f"new_order.zone.{id(self)}")

    def _offer_assets(self, customer_id: str) -> None:
        def offer(assets: list[Asset]) -> None:
            self.asset.set_options([(asset.id, f"{asset.name} ({asset.serial})") for asset in assets])

        self._bench.read(lambda read: assets_of(read, customer_id), offer, key=f"new_order.assets.{id(self)}")

    # ---------------------------------------------------------------- the life stage of the machine

    def _ask_standing(self, asset_id: str) -> None:
        """Which stage and revision an order about this machine is opened under, told before it is opened."""
        self._standing = {}
        self.stage.show_words("")

        def ask(read: Reading) -> tuple[str, str, int]:
            return asset_id, *asset_standing(read, asset_id, self._bench.today())

        self._bench.read(ask, self._take_standing, key=f"new_order.stage.{id(self)}")

    def _take_standing(self, answer: tuple[str, str, int]) -> None:
        asset_id, stage, strategy = answer
        if asset_id == (self.asset.text() or ""):
            self._standing = {"stage": stage, "strategy": strategy}
            words = lambda: _("Life stage: {stage}").format(stage=stage_words(stage))  # noqa: E731
            self.stage.show_words(words if stage_words(stage) else "")
