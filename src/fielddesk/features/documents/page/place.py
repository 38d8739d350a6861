"""The place of issued documents: found by number, title or customer, with what each is about."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.i18n import _, format_moment, format_number
from fielddesk.features.documents.page.handling import Handling
from fielddesk.features.documents.page.issued import TABLE, menu_of
from fielddesk.features.documents.page.words import changed_words, kind_words, language_words, row_of
from fielddesk.features.documents.papers import (
    DocumentView,
    Filter,
    document_count,
    document_page,
    document_place,
    document_view,
)
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.facts import Facts
from fielddesk.ui.lists import Row
from fielddesk.ui.menus import MenuLine
from fielddesk.ui.page import Scroll
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Chip, Notice


class DocumentsPage(RecordsPage):
    """Documents."""

    table = TABLE

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Documents"),
            (
                "file-text",
                lambda: _("No documents yet"),
                lambda: _("Reports appear here once they are issued on an order, under its tab Documents."),
            ),
            (
                "file-text",
                lambda: _("No document chosen"),
                lambda: _("Choose one in the list to see what it is about."),
            ),
            lambda: _("Number, title, customer"),
            lambda: _("Document"),
        )
        self.handling = Handling(bench, self)
        self.watches |= {"answer", "inspection", "sign_off", "movement", "attachment", "order_link"}

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        zone = self._bench.zone()
        return [row_of(row, zone) for row in document_page(read, Filter(text), offset, limit)]

    def count(self, read: Reading, text: str) -> int:
        return document_count(read, Filter(text))

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return document_place(read, Filter(text), row_id)

    def record(self, read: Reading, row_id: str) -> DocumentView | None:
        return document_view(read, row_id)

    def head(self, record: DocumentView) -> Head:
        one = record.document
        words, state = changed_words(record)
        second = " · ".join(part for part in (kind_words(one.kind), record.customer) if part)
        chips = [Chip(words, state)] if state != "idle" else []
        notices = []
        if record.replaced_by:
            number = record.replaced_by
            notices.append(Notice(lambda: _("Replaced by {number}").format(number=number), state="info"))
        return one.number, second, chips, notices

    def menu(self, row_id: str) -> list[MenuLine]:
        return [*super().menu(row_id), *menu_of(self._bench, self.handling, row_id)]


class DocumentPanel(SubjectPanel):
    """What is known of one document, and what can be done with it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._row_id = ""
        self._view: DocumentView | None = None
        self.handling = Handling(bench, self)
        self.facts = Facts()
        for key, label in (
            ("number", lambda: _("Document number")),
            ("kind", lambda: _("Kind")),
            ("language", lambda: _("Language")),
            ("at", lambda: _("Issued")),
            ("by", lambda: _("Issued by")),
        ):
            self.facts.add(key, label)
        self.facts.add_link("customer", lambda: _("Customer"))
        self.facts.add_link("order", lambda: _("Work order"))
        self.facts.add_link("asset", lambda: _("Asset"))
        self.facts.add_link("replaces", lambda: _("Replaces"))
        for key, label in (
            ("reason", lambda: _("Because")),
            ("changed", lambda: _("Record")),
            ("size", lambda: _("File")),
            ("digest", lambda: _("Checksum of the content")),
        ):
            self.facts.add(key, label)
        self.facts.pressed.connect(self._follow)
        self._make()

    def _make(self) -> None:
        self.open = Button(lambda: _("Open"), "file-text", "primary", key="Ctrl+O")
        self.save = Button(lambda: _("Save as…"), "floppy-disk")
        self.printer = Button(lambda: _("Print"), "printer", key="Ctrl+P")
        self.number = Button(lambda: _("Copy number"), "copy", "quiet")
        self.open.clicked.connect(lambda: self._with(self.handling.open))
        self.save.clicked.connect(lambda: self._with(self.handling.save))
        self.printer.clicked.connect(lambda: self._with(self.handling.print))
        self.number.clicked.connect(self._copy_number)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 12)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        for button in (self.open, self.save, self.printer, self.number):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.facts)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self._row_id = row_id
        self.reload()

    def reload(self) -> None:
        row_id = self._row_id
        self._bench.read(lambda read: document_view(read, row_id), self._take, key=f"document.{id(self)}")

    def focus(self) -> None:
        self.open.setFocus()

    def _take(self, view: DocumentView | None) -> None:
        if view is None or view.document.id != self._row_id:
            return
        self._view = view
        one = view.document
        self.facts.show_values(
            {
                "number": one.number, "kind": kind_words(one.kind), "language": language_words(one.language),
                "at": format_moment(one.at, self._bench.zone()), "by": view.by, "customer": view.customer,
                "order": view.order, "asset": view.asset, "replaces": view.replaces, "reason": one.reason,
                "changed": changed_words(view)[0], "size": _kilobytes(view.size), "digest": one.digest,
            }
        )  # fmt: skip

    def _copy_number(self) -> None:
        if self._view is not None:
            self.handling.copy_number(self._view.document.number)

    def _with(self, what: object) -> None:
        if self._view is not None and callable(what):
            one = self._view.document
            what(self.handling.kept(one.sha256), one.number)

    def _follow(self, key: str) -> None:
        if self._view is None:
            return
        one = self._view.document
        where = {
            "customer": ("customer", one.customer_id), "order": ("work_order", one.order_id),
            "asset": ("asset", one.asset_id), "replaces": (TABLE, one.replaces_id),
        }  # fmt: skip
        table, row_id = where[key]
        if row_id:
            self._bench.show(table, row_id)


def _kilobytes(size: int) -> str:
    return _("PDF, {n} kB").format(n=format_number(max(1, round(size / 1000)))) if size else ""
