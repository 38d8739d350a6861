"""The record of an asset as a form, each field saved on leaving it; the assets of a customer; the form of a new one."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.assets.actions import create_asset, edit_asset
from fielddesk.features.assets.dialogs import LABELS, row_of
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import AssetFilter, AssetView, asset_count, asset_page, asset_place, asset_view
from fielddesk.features.customers.dialogs import CustomerPicker
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Field
from fielddesk.ui.forms import Form, Line, Prose
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.making import NewRecord
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Empty
from fielddesk.ui.text import Text

NEEDED: Final = ("serial", "name")


class AssetPanel(SubjectPanel):
    """Everything the record says of a machine, each field to be corrected where one stands."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._asset_id = ""
        self._view: AssetView | None = None
        self._latest: dict[tuple[str, str], str | None] = {}
        """What was last typed or handed over, by asset and field: a late refusal gives back nothing older."""
        self.form = Form()
        for key, label in LABELS.items():
            kind = Prose if key == "remark" else Line
            self.form.add(kind(key, label, needed=key in NEEDED))
        self.form.committed.connect(self._commit)
        self.form.typed.connect(self._typed)
        self.form.said.connect(self._say)
        self.facts = Facts()
        self.facts.add_link("customer", lambda: _("Customer"))
        self.facts.add("address", lambda: _("Address"))
        self.facts.pressed.connect(self._follow)
        self.said = Text("", "caption")
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 12)
        column.addWidget(self.facts)
        column.addWidget(self.form)
        column.addWidget(self.said)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self.form.commit()
        self.form.flush_drafts()
        self._asset_id = row_id
        self.reload()

    def reload(self) -> None:
        asset_id = self._asset_id

        def ask(read: Reading) -> AssetView | None:
            return asset_view(read, asset_id)

        self._bench.read(ask, self._take, key=f"asset.{id(self)}")

    def may_leave(self) -> bool:
        good = self.form.commit()
        self.form.flush_drafts()
        return good

    def focus(self) -> None:
        self.form.focus_first()

    def _take(self, view: AssetView | None) -> None:
        if view is None or view.asset.id != self._asset_id:
            return
        first = self.form.subject != view.asset.id
        self._view = view
        self.facts.show_values({"customer": view.customer or _("not on this laptop"), "address": view.address})
        self.form.load(view.asset.id, {key: getattr(view.asset, key) for key in LABELS})
        if first:
            for key in LABELS:
                self._bench.draft(f"asset.{key}", view.asset.id, partial(self._restore, view.asset.id, key))

    def _restore(self, asset_id: str, key: str, text: str | None) -> None:
        if text is not None and asset_id == self.form.subject and not self.form.fields[key].dirty():
            self.form.restore({key: text})

    def _typed(self, key: str, text: str | None) -> None:
        self._latest[self.form.subject, key] = text
        self._bench.keep_draft(f"asset.{key}", self.form.subject, text)

    def _say(self, words: str) -> None:
        self.said.setText(words)

    def _follow(self, _key: str) -> None:
        if self._view is not None:
            self._bench.show("customer", self._view.customer_id)

    def _commit(self, key: str, shown: object, new: object) -> None:
        """Save one field. What the form showed of the fields it merges with goes along."""
        subject = self.form.subject
        self._latest[subject, key] = str(new)
        base = {name: self.form.fields[name].shown for name in Asset.grouped.get(key, (key,))} | {key: shown}
        wanted = base | {key: new}

        def taken_back(_done: Done) -> Call:
            return _edit(subject, key, shown, wanted)

        self._bench.do(
            _edit(subject, key, new, base),
            said=lambda: _("{field} saved").format(field=self.form.label_of(key).text()),
            undo=taken_back,
            then=lambda _done: self._saved(subject, key),
            failed=lambda error: self._refused(subject, key, new, error),
            drops=[(f"asset.{key}", subject)],
        )

    def _saved(self, subject: str, key: str) -> None:
        if subject == self.form.subject:
            self.form.saved(key, format_moment(self._bench.now(), self._bench.zone(), "seconds"))

    def _refused(self, subject: str, key: str, new: object, error: FieldDeskError) -> None:
        if self._latest.get((subject, key)) == str(new):
            self._bench.keep_draft(f"asset.{key}", subject, str(new))
        if subject == self.form.subject:
            self.form.refused(key, error)


def _edit(asset_id: str, key: str, value: object, base: dict[str, Any]) -> Call:
    change: dict[str, Any] = {key: value}
    return call(edit_asset, based_on=base, asset_id=asset_id, **change)


class AssetsOf(SubjectPanel):
    """The machines of one customer."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.list = RowList(lambda: _("Assets"))
        self.list.opened.connect(lambda row_id: bench.show("asset", row_id))
        give_menu(self.list, lambda row_id: [MenuLine(lambda: _("Show"), lambda: bench.show("asset", row_id))])
        self.empty = Empty(
            "factory", lambda: _("No assets yet"), lambda: _("The machines of this customer appear here.")
        )
        self.list.counted.connect(self._counted)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        wanted = AssetFilter(customer_id=row_id)

        def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
            return [row_of(row) for row in asset_page(read, wanted, offset, limit)]

        self.list.show_source(
            paged(
                self._bench,
                fetch,
                lambda read: asset_count(read, wanted),
                lambda read, asset_id: asset_place(read, wanted, asset_id),
            )
        )

    def reload(self) -> None:
        self.list.reload()

    def focus(self) -> None:
        self.list.setFocus()
        self.list.choose_first()

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))


class NewAsset(NewRecord):
    """The form of a new machine; remarks are written on its record."""

    drafts = "new_asset"

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New asset"),
            lambda: _("A machine that stands at a customer's."),
            lambda: _("Create asset"),
        )
        self.customer = CustomerPicker(bench)
        self.form.add(self.customer)
        for key, label in LABELS.items():
            if key != "remark":
                self.form.add(Line(key, label, needed=key in NEEDED))

    def put_back(self, field: Field, draft: str) -> None:
        if field is self.customer:
            self.customer.put_back(draft)
        else:
            super().put_back(field, draft)

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(create_asset, **values)

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["name"])
