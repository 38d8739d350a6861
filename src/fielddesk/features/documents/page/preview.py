"""A document before it is issued: its pages as they will be printed, in the customer's language or another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core import pdf
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import NAMES_OF_LANGUAGES, _
from fielddesk.features.documents.actions import issue_document
from fielddesk.features.documents.model import IssuedDocument
from fielddesk.features.documents.page.handling import Handling
from fielddesk.features.documents.papers import (
    Content,
    Paper,
    Terms,
    code_of,
    digest_of,
    issued_before,
    language_of,
    title_of,
)
from fielddesk.store.actions import call
from fielddesk.store.blobs import Blob
from fielddesk.store.outbox import setting
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Filters, Gate
from fielddesk.ui.editing import EditLine
from fielddesk.ui.escaping import Escapes
from fielddesk.ui.fields import LINE_LENGTH
from fielddesk.ui.leaves import Leaves
from fielddesk.ui.pictures import jpeg, picture
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text, Worded
from fielddesk.ui.wording import sentence

SHOWN_PIXELS = 1_600
"""The longer side of a photo in a document: sharp on paper, and a report with twenty stays under ten megabytes."""
REASON = "document.reason"


@dataclass(frozen=True)
class Draft:
    """What a preview stands on: the content as it was read, and what was issued on the record before."""

    row_id: str
    content: Content | None
    before: tuple[IssuedDocument, ...]
    company: str

    def same(self, language: str) -> IssuedDocument | None:
        """The document that says all this in this language already."""
        if self.content is None:
            return None
        digest = digest_of(self.content)
        return next((one for one in self.before if (one.digest, one.language) == (digest, code_of(language))), None)

    def replaces(self) -> IssuedDocument | None:
        """The document that a new one would correct; a translation of what still holds corrects none."""
        if self.content is None or not self.before:
            return None
        digest = digest_of(self.content)
        return None if any(one.digest == digest for one in self.before) else self.before[0]


class Preview(Escapes, Worded, QWidget):
    """Signals: `left` when the person goes back, `issued(id)` when it was issued."""

    left = Signal()
    issued = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._paper: Paper | None = None
        self._draft: Draft | None = None
        self._row_id = ""
        self._pictures: dict[str, bytes] = {}
        self._language = "en"
        self._chosen = False
        self._busy = False
        self.handling = Handling(bench, self)
        self.languages = Filters(lambda: _("Language of the document"))
        for language, name in NAMES_OF_LANGUAGES.items():
            self.languages.add(language, name)
        self.languages.chosen.connect(self._choose)
        self.title = Text("", "heading")
        self.leaves = Leaves()
        self.remark = Remark()
        self.note = Text("", "second", wraps=True)
        self.reason = EditLine()
        self.reason.setMaxLength(LINE_LENGTH)
        self.reason.textChanged.connect(self._reason_typed)
        self._reason_label = Text(lambda: _("Why a new version?"), "second")
        self._make()

    def _make(self) -> None:
        self.back = Button(lambda: _("Back"), "arrow-left", "quiet")
        self.back.clicked.connect(self.left)
        self.save = Button(lambda: _("Save a copy…"), "floppy-disk")
        self.save.clicked.connect(lambda: self.handling.save(self._made, self._name()))
        self.printer = Button(lambda: _("Print"), "printer")
        self.printer.clicked.connect(lambda: self.handling.print(self._made, self._name()))
        self.issue = Gate(Button(lambda: _("Issue"), "check", "tonal"))
        self.issue.pressed.connect(self._issue)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        head.addWidget(self.back)
        head.addWidget(self.title)
        head.addWidget(self.languages, 1)
        asked = QHBoxLayout()
        theme.space(asked, spacing=8)
        asked.addWidget(self._reason_label)
        asked.addWidget(self.reason, 1)
        self.reason.setAccessibleName(_("Why a new version?"))
        foot = QHBoxLayout()
        theme.space(foot, spacing=8)
        foot.addWidget(self.save)
        foot.addWidget(self.printer)
        foot.addStretch(1)
        foot.addWidget(self.issue)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0), 8)
        column.addLayout(head)
        column.addWidget(self.leaves, 1)
        column.addWidget(self.remark)
        column.addWidget(self.note)
        column.addLayout(asked)
        column.addLayout(foot)
        self._ask_reason(False)

    def escaped(self) -> None:
        self.left.emit()

    def retranslate(self) -> None:
        self.reason.setAccessibleName(_("Why a new version?"))
        if self._draft is not None:
            self._say_standing()

    # ---------------------------------------------------------------- what is shown

    def show_paper(self, paper: Paper, row_id: str) -> None:
        """Make the pages of a document about a row, in the language of its customer."""
        self._paper, self._row_id, self._draft, self._chosen = paper, row_id, None, False
        self._pictures = {}
        self.title.set_words(paper.title)
        self.remark.show_words("")
        self.reload()

    def reload(self) -> None:
        """Read the record again and make the pages anew, if it has changed."""
        paper, row_id = self._paper, self._row_id
        if paper is None:
            return
        if self._draft is None:
            self.leaves.show_words(lambda: _("Making the pages…"))
            self._let(lambda: _("Making the pages…"))

        def ask(read: Reading) -> Draft:
            content = paper.content(read, row_id)
            before = tuple(issued_before(read, paper.kind, paper.subject, row_id))
            return Draft(row_id, content, before, str(setting(read, "hq_name", "")))

        self._bench.read(ask, self._take, key=f"preview.{id(self)}")

    def focus(self) -> None:
        self.back.setFocus()

    def _take(self, draft: Draft) -> None:
        if draft.row_id != self._row_id or draft == self._draft:
            return
        self._draft = draft
        if draft.content is None:
            self.leaves.show_words(lambda: sentence(FieldDeskError("document_nothing")))
            self._let(lambda: sentence(FieldDeskError("document_nothing")))
            return
        if not self._chosen:
            self._language = language_of(str(draft.content.get("language", "en")))
            self.languages.choose(self._language)
            self._bench.draft(REASON, draft.row_id, self._put_reason_back)
        self._fetch(list(draft.content["pictures"]), partial(self._render, draft))

    def _choose(self, language: str) -> None:
        self._language, self._chosen = language, True
        if self._draft is not None and self._draft.content is not None:
            self._render(self._draft)

    def _fetch(self, wanted: list[str], then: Callable[[], None]) -> None:
        """Bring the pictures here, small enough for paper; one that is missing or damaged is left out."""
        missing = [sha256 for sha256 in wanted if sha256 not in self._pictures]
        if not missing:
            then()
            return
        first = missing[0]

        def small(content: bytes | None) -> None:
            if content is None:
                self._fetch([sha256 for sha256 in wanted if sha256 != first], then)
                return
            self._bench.work(lambda: jpeg(picture(content, SHOWN_PIXELS)), kept, failed=lambda _error: small(None))

        def kept(content: bytes) -> None:
            self._pictures[first] = content
            self._fetch(wanted, then)

        self._bench.read_blob(first, small)

    def _sheet(self, number: str = "", reason: str = "") -> Callable[[], pdf.Sheet]:
        """The document as it stands now, laid out where it is called."""
        draft, paper, language = self._draft, self._paper, self._language
        assert draft is not None
        assert draft.content is not None
        assert paper is not None
        old = draft.replaces()
        replaces = (old.number, reason) if old is not None and number else None
        terms = Terms(number, self._bench.now(), self._bench.zone(), draft.company, replaces)
        content, pictures = draft.content, dict(self._pictures)
        return lambda: paper.sheet(content, terms, pictures, language)

    def _render(self, draft: Draft) -> None:
        if draft is not self._draft:
            return
        made = self._sheet()

        def shown() -> list[QImage]:
            return [QImage.fromData(page) for page in pdf.pages(made())]

        self._bench.work(
            shown, partial(self._show, draft, self._language), failed=self._failed, key=f"preview.{id(self)}"
        )

    def _show(self, draft: Draft, language: str, pages: list[QImage]) -> None:
        if draft is self._draft and language == self._language:
            self.leaves.show_pages(pages, self.title.text())
            self._say_standing()

    def _failed(self, error: FieldDeskError) -> None:
        self.leaves.show_words(lambda: sentence(error))
        self._let(lambda: sentence(error))

    # ---------------------------------------------------------------- may it be issued

    def _say_standing(self) -> None:
        """What was issued before, and what a new one would be."""
        draft = self._draft
        if draft is None or draft.content is None:
            return
        same, old = draft.same(self._language), draft.replaces()
        self._ask_reason(old is not None)
        if same is not None:
            self.note.set_words("")
            self._let(lambda: _("Issued already as {number}; nothing has changed since").format(number=same.number))
            return
        if old is not None:
            self.note.set_words(
                lambda: _("The record has changed since {number}. Issuing makes a new version that names it.").format(
                    number=old.number
                )
            )
        else:
            self.note.set_words(lambda: _("Issuing gives it a number and keeps it for good; it cannot be taken back."))
        self._let(None)

    def _let(self, reason: Callable[[], str] | None) -> None:
        self.issue.let(reason)
        ready = self.leaves.count() > 0
        self.save.setEnabled(ready)
        self.printer.setEnabled(ready)
        self.note.setVisible(reason is None)

    def _ask_reason(self, asked: bool) -> None:
        self._reason_label.setVisible(asked)
        self.reason.setVisible(asked)

    def _reason_typed(self, text: str) -> None:
        self.remark.show_words("")
        self._bench.keep_draft(REASON, self._row_id, text or None)

    def _put_reason_back(self, text: str | None) -> None:
        if text and not self.reason.text():
            self.reason.setText(text)

    # ---------------------------------------------------------------- doing

    def _name(self) -> str:
        assert self._paper is not None
        return f"{title_of(self._paper.kind, self._language)} {self._bench.today()}"

    def _made(self, then: Callable[[bytes], None]) -> None:
        """The PDF of what is shown, marked as a preview."""
        made = self._sheet()
        self._bench.work(lambda: pdf.render(made()), then, failed=self.handling.told)

    def _issue(self) -> None:
        draft = self._draft
        if self._busy or draft is None or draft.content is None or self._paper is None:
            return
        reason = self.reason.text().strip()
        if draft.replaces() is not None and not reason:
            self.remark.show_words(lambda: sentence(FieldDeskError("document_reason_missing")))
            self.reason.setFocus()
            return
        self._busy = True
        self._let(lambda: _("Issuing…"))
        self._bench.draw_number(self._paper.number_kind, partial(self._with_number, draft, reason), self._not_issued)

    def _with_number(self, draft: Draft, reason: str, number: str) -> None:
        if draft is not self._draft:
            self._not_issued(FieldDeskError("document_changed"))
            return
        made = self._sheet(number, reason)
        language = self._language

        def rendered(content: bytes) -> None:
            self._bench.keep_blob(
                content, partial(self._kept, draft, number, reason, language), failed=self._not_issued
            )

        self._bench.work(lambda: pdf.render(made()), rendered, failed=self._not_issued)

    def _kept(self, draft: Draft, number: str, reason: str, language: str, blob: Blob) -> None:
        content, old = draft.content, draft.replaces()
        assert content is not None
        assert self._paper is not None
        self._bench.do(
            call(
                issue_document, subject_id=draft.row_id, number=number, kind=self._paper.kind,
                language=code_of(language),
                title=f"{title_of(self._paper.kind, language)} {number}", sha256=blob.sha256, size=blob.size,
                digest=digest_of(content), replaces_id=old.id if old else None, reason=reason if old else "",
                **content["about"],
            ),
            said=lambda: _("{number} is issued").format(number=number),
            then=lambda done: self._done(str(done.results[0])),
            failed=self._not_issued,
            drops=[(REASON, draft.row_id)],
        )  # fmt: skip

    def _done(self, document_id: str) -> None:
        self._busy = False
        self.reason.clear()
        self.issued.emit(document_id)

    def _not_issued(self, error: FieldDeskError) -> None:
        self._busy = False
        self._say_standing()
        self.remark.show_words(lambda: sentence(error))
