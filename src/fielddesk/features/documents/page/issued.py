"""The tab of an order, an asset or a customer with its documents: look at one before it is issued, open issued ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.documents.model import IssuedDocument
from fielddesk.features.documents.page.handling import Handling
from fielddesk.features.documents.page.words import row_of
from fielddesk.features.documents.papers import Filter, document_count, document_page, document_place, papers_of
from fielddesk.features.documents.papers.issued import COLUMNS
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Empty

if TYPE_CHECKING:
    from fielddesk.features.documents.page.preview import Preview

TABLE = "issued_document"


def with_document(bench: Bench, document_id: str, then: Callable[[IssuedDocument], None]) -> None:
    """Look a document up, then do something with it."""

    def found(document: IssuedDocument | None) -> None:
        if document is not None:
            then(document)

    bench.read(lambda read: read.get(IssuedDocument, document_id), found)


def menu_of(bench: Bench, handling: Handling, document_id: str) -> list[MenuLine]:
    """What can be done with an issued document."""

    def with_it(what: Callable[[IssuedDocument], None]) -> Callable[[], None]:
        return lambda: with_document(bench, document_id, what)

    return [
        MenuLine(
            lambda: _("Open"), with_it(lambda one: handling.open(handling.kept(one.sha256), one.number)), "Ctrl+O"
        ),
        MenuLine(lambda: _("Save as…"), with_it(lambda one: handling.save(handling.kept(one.sha256), one.number))),
        MenuLine(
            lambda: _("Print"), with_it(lambda one: handling.print(handling.kept(one.sha256), one.number)), "Ctrl+P"
        ),
        MenuLine(lambda: _("Copy number"), with_it(lambda one: handling.copy_number(one.number))),
    ]


class DocumentsOf(SubjectPanel):
    """Documents of one record. `show_preview(kind)` puts one up before it is issued."""

    def __init__(self, bench: Bench, subject: str) -> None:
        super().__init__()
        self._bench, self._subject = bench, subject
        self._row_id = ""
        self._wanted = Filter()
        self.handling = Handling(bench, self)
        self.list = RowList(lambda: _("Documents"))
        self.list.opened.connect(lambda row_id: bench.show(TABLE, row_id))
        give_menu(self.list, self._menu)
        self.empty = Empty(
            "file-text",
            lambda: _("No documents yet"),
            lambda: _("Numbered reports appear here once they are issued, with date and language."),
        )
        self.list.counted.connect(self._counted)
        self.preview: Preview | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self._front())
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(self._stack)

    def _front(self) -> QWidget:
        front = QWidget()
        column = QVBoxLayout(front)
        theme.space(column, (0, 8, 0, 0), 8)
        self.makers: dict[str, Button] = {}
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        for paper in papers_of(self._subject):
            words = partial(
                lambda title: _("{document}: look at it and issue it").format(document=title()), paper.title
            )
            button = self.makers[paper.kind] = Button(words, "file-text", "tonal")
            button.clicked.connect(lambda _on=False, kind=paper.kind: self.show_preview(kind))
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.empty.hide()
        return front

    def show_subject(self, row_id: str) -> None:
        self._row_id = row_id
        self._wanted = wanted = Filter(of=COLUMNS[self._subject], row_id=row_id)
        self._show_list()
        zone = self._bench.zone()

        def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
            return [row_of(row, zone) for row in document_page(read, wanted, offset, limit)]

        self.list.show_source(
            paged(
                self._bench,
                fetch,
                lambda read: document_count(read, wanted),
                lambda read, document_id: document_place(read, wanted, document_id),
            )
        )

    def show_preview(self, kind: str) -> None:
        """Put a kind of document up, as it would be issued now."""
        if self.preview is None:
            from fielddesk.features.documents.page.preview import Preview

            self.preview = Preview(self._bench)
            self.preview.left.connect(self._show_list)
            self.preview.issued.connect(self._issued)
            self._stack.addWidget(self.preview)
        self._stack.setCurrentWidget(self.preview)
        paper = next(paper for paper in papers_of(self._subject) if paper.kind == kind)
        self.preview.show_paper(paper, self._row_id)
        self.preview.focus()

    def reload(self) -> None:
        self.list.reload()
        if self.preview is not None and self._stack.currentWidget() is self.preview:
            self.preview.reload()

    def go_on(self) -> None:
        """Put up the first kind of document that can be issued here."""
        if self.makers and not self._stack.currentIndex():
            self.show_preview(next(iter(self.makers)))

    def focus(self) -> None:
        if self._stack.currentIndex():
            (self.preview or self).setFocus()
            return
        first = next(iter(self.makers.values()), None)
        (first or self.list).setFocus()

    def _menu(self, row_id: str) -> list[MenuLine]:
        show = MenuLine(lambda: _("Show"), lambda: self._bench.show(TABLE, row_id))
        return [show, *menu_of(self._bench, self.handling, row_id)]

    def _show_list(self) -> None:
        if self._stack.currentIndex():
            self._stack.setCurrentIndex(0)
            self.focus()

    def _issued(self, document_id: str) -> None:
        self._stack.setCurrentIndex(0)
        self.list.reload()
        self.list.choose(document_id)
        self.list.setFocus()

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))
