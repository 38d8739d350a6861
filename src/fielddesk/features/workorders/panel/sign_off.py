"""The end of a visit: what the customer shall read, who signs in which language, and what was signed before."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from fielddesk.core import i18n
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import LANGUAGES, NAMES_OF_LANGUAGES, _, format_number
from fielddesk.features.documents.actions import add_attachment
from fielddesk.features.documents.rules import SIGNATURE
from fielddesk.features.workorders.actions import sign_off
from fielddesk.features.workorders.dialogs import SATISFACTION
from fielddesk.features.workorders.model import SignOff
from fielddesk.features.workorders.panel.notes import NoteField
from fielddesk.features.workorders.panel.signing import Said, SigningPage, Speaking
from fielddesk.features.workorders.queries import Handover, handover, sign_offs
from fielddesk.store.actions import call
from fielddesk.store.blobs import Blob
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Choice
from fielddesk.ui.forms import Form
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.pictures import THUMBNAIL, jpeg, picture, png
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Card, CardRow, Empty
from fielddesk.ui.text import Text

DONE_DRAFT: Final = "sign_off.done"
SAID_DRAFT: Final = "sign_off.said"
_CODES: Final = {language.lower(): language for language in LANGUAGES}


class DoneField(NoteField):
    """What was done, in the engineer's words; it is kept as a draft and becomes part of what is signed."""

    def commit(self) -> bool:
        self.flush_draft()
        return True


class SignOffPanel(SubjectPanel):
    """Prepares the page the customer is handed, and shows what was signed."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._handover: Handover | None = None
        self._begun_for = ""
        self._wanted_for = ""
        self._speaking: Speaking | None = None
        self.signing: SigningPage | None = None
        self.form = Form()
        self.done = DoneField(
            "done", lambda: _("What was done"), hint=lambda: _("The customer reads this above the signature")
        )
        self.contact = Choice("contact", lambda: _("Who signs"), [])
        self.language = Choice(
            "language", lambda: _("Language"), [(each, NAMES_OF_LANGUAGES[each]) for each in LANGUAGES]
        )
        for field in (self.done, self.contact, self.language):
            self.form.add(field)
        theme.size(self.done.editor, height=72)
        self.done.start("")
        self.done.typed.connect(self._typed)
        self.hand_over = Button(lambda: _("Hand the screen to the customer"), "signature", "tonal")
        self.hand_over.clicked.connect(self.begin)
        self._hint = Text(
            lambda: _("The customer sees only this visit; holding a button for a second brings you back."),
            "caption",
            wraps=True,
        )
        self.signed = Card(lambda: _("Signed"))
        self.empty = Empty(
            "signature", lambda: _("Nothing is signed yet"), lambda: _("What the customer says and signs appears here.")
        )
        self._lay()

    def _lay(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 12)
        column.addWidget(self.form)
        row = QHBoxLayout()
        theme.space(row, spacing=12)
        row.addWidget(self._hint, 1)
        row.addWidget(self.hand_over)
        column.addLayout(row)
        column.addWidget(self.signed)
        column.addWidget(self.empty)
        column.addStretch(1)
        self.signed.hide()
        self.empty.hide()
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    # ---------------------------------------------------------------- preparing

    def show_subject(self, row_id: str) -> None:
        self.done.flush_draft()
        self._order_id, self._handover = row_id, None
        self.done.start("")
        self.hand_over.setEnabled(False)
        self._bench.draft(DONE_DRAFT, row_id, partial(self._restore, row_id))
        self.reload()

    def reload(self) -> None:
        order_id = self._order_id

        def ask(read: Reading) -> tuple[str, Handover | None, list[tuple[SignOff, str]]]:
            return order_id, handover(read, order_id), sign_offs(read, order_id)

        self._bench.read(ask, self._take, key=f"sign_off.{id(self)}")

    def focus(self) -> None:
        self.done.editor.setFocus()

    def go_on(self) -> None:
        """Hand over the screen, as soon as it is known to whom."""
        self._wanted_for = self._order_id
        self.reload()

    def may_leave(self) -> bool:
        self.done.flush_draft()
        if self.signing is not None:
            self.signing.flush()
        return True

    def _restore(self, order_id: str, text: str | None) -> None:
        if order_id == self._order_id and text and not self.done.dirty():
            self.done.restore(text)

    def _typed(self, text: str | None) -> None:
        self._bench.keep_draft(DONE_DRAFT, self._order_id, text or None)

    def _take(self, answer: tuple[str, Handover | None, list[tuple[SignOff, str]]]) -> None:
        order_id, found, signed = answer
        if order_id != self._order_id:
            return
        self._handover = found
        self.hand_over.setEnabled(found is not None)
        if found is not None:
            self.contact.set_options([(contact.id, _contact_words(contact)) for contact in found.contacts])
            if self._begun_for != order_id:
                self._begun_for = order_id
                self.contact.start(found.view.order.contact_id)
                self.language.start(_CODES.get(found.language, "en"))
        self._show_signed(signed)
        if self._wanted_for == order_id and found is not None:
            self._wanted_for = ""
            self._bench.draft(DONE_DRAFT, order_id, lambda _text: self.begin())  # behind what was typed before

    # ---------------------------------------------------------------- handing over

    def begin(self) -> None:
        """Ask what the customer shall read, in the customer's language, and hand over the screen."""
        found, order_id = self._handover, self._order_id
        if found is None or self.signing is not None:
            return
        self.done.flush_draft()
        language = str(self.language.text() or i18n.language())
        offers = self._bench.offers.summaries

        def ask(read: Reading) -> list[tuple[str, list[str]]]:
            with i18n.speaking(language):
                parts = [(each.title, each.lines(read, order_id)) for each in offers]
                return [(title() if callable(title) else title, lines) for title, lines in parts if lines]

        self._bench.read(ask, lambda summary: self._with_draft(found, language, summary))

    def _with_draft(self, found: Handover, language: str, summary: list[tuple[str, list[str]]]) -> None:
        order_id = found.view.order.id
        self._bench.draft(SAID_DRAFT, order_id, lambda draft: self._show(found, language, summary, draft))

    def _show(self, found: Handover, language: str, summary: list[tuple[str, list[str]]], draft: str | None) -> None:
        if found.view.order.id != self._order_id or self.signing is not None or not self.isVisible():
            return
        contact_id = self.contact.text()
        contact = next((each for each in found.contacts if each.id == contact_id), None)
        self._speaking = Speaking(language)
        done = self.done.text().strip()
        shown = [(_("What was done"), done.split("\n")), *summary] if done else summary
        view = found.view
        second = " · ".join(part for part in (view.order.number, view.asset, view.serial, view.customer) if part)
        page = SigningPage(self.window(), view.order.title, second, self._engineer(), shown)
        self.signing = page
        order_id = view.order.id
        page.typed.connect(lambda text: self._bench.keep_draft(SAID_DRAFT, order_id, text))
        page.finished.connect(partial(self._finish, found, contact.id if contact else None, as_text(shown)))
        page.left.connect(self._left)
        page.open_up()
        page.begin(contact.name if contact else "", draft)

    def _engineer(self) -> str:
        return self._bench.me.name or _("the engineer")

    def _left(self) -> None:
        self.signing = None
        if self._speaking is not None:
            self._speaking.end()
            self._speaking = None
        self.reload()

    # ---------------------------------------------------------------- storing

    def _finish(self, found: Handover, contact_id: str | None, shown: str, said: Said) -> None:
        contact = next((each for each in found.contacts if each.id == contact_id), None)
        if contact is not None and contact.name.strip() != said.signer.strip():
            contact_id = None  # another name was typed: another person signed
        values: dict[str, Any] = {
            "order_id": found.view.order.id, "contact_id": contact_id, "signer": said.signer,
            "satisfaction": said.satisfaction, "recommendation": said.recommendation, "comment": said.comment,
            "not_signed_because": said.reason, "shown": shown,
        }  # fmt: skip
        image = said.picture
        if image is None:
            self._store(found, values, None, None)
            return
        keep = partial(self._keep_small, found, values)
        self._bench.work(lambda: _pictures(image), lambda made: self._bench.keep_blob(
            made[0], lambda whole: keep(made[1], whole), failed=self._refused), failed=self._refused)  # fmt: skip

    def _keep_small(self, found: Handover, values: dict[str, Any], small: bytes, whole: Blob) -> None:
        self._bench.keep_blob(small, partial(self._store, found, values, whole), failed=self._refused)

    def _store(self, found: Handover, values: dict[str, Any], whole: Blob | None, small: Blob | None) -> None:
        order = found.view.order
        try:
            calls = [call(sign_off, **values, signature=whole.sha256 if whole else "")]
            if whole is not None and small is not None:
                picture_of = call(
                    add_attachment, subject_id=order.id, order_id=order.id, kind=SIGNATURE, name="signature.png",
                    media_type="image/png", size=whole.size, sha256=whole.sha256, thumbnail=small.sha256,
                    thumbnail_size=small.size, caption=values["signer"],
                )  # fmt: skip
                calls.insert(0, picture_of)
        except FieldDeskError as error:
            self._refused(error)
            return
        self._bench.do(
            calls,
            then=lambda _done: self._stored(),
            failed=self._refused,
            drops=[(SAID_DRAFT, order.id), (DONE_DRAFT, order.id)],
        )

    def _stored(self) -> None:
        self.done.start("")
        if self.signing is not None:
            self.signing.thank()

    def _refused(self, error: FieldDeskError) -> None:
        if self.signing is not None:
            self.signing.refuse(error)

    # ---------------------------------------------------------------- what was signed

    def _show_signed(self, signed: list[tuple[SignOff, str]]) -> None:
        self.signed.clear()
        for row, engineer in signed:
            self.signed.add(self._row(row, engineer))
        self.signed.setVisible(bool(signed))
        self.empty.setVisible(not signed)

    def _row(self, row: SignOff, engineer: str) -> CardRow:
        when = moment_words(row.at, self._bench.now(), self._bench.zone())
        second = _("{when}, handed over by {who}").format(when=when, who=engineer or _("somebody"))
        made = CardRow(row.signer or _("Not signed"), second, icon="signature")
        for line in _said_lines(row):
            made.add_below(Text(line, wraps=True))
        if row.signature:
            seen = QLabel()
            seen.setAccessibleName(_("Signature of {who}").format(who=row.signer))
            made.add(seen)
            self._bench.read_blob(row.signature, partial(self._decode, seen))
        return made

    def _decode(self, seen: QLabel, content: bytes | None) -> None:
        if content is not None:
            self._bench.work(partial(picture, content, 2 * THUMBNAIL), partial(_put, seen), failed=lambda _error: None)


def _put(seen: QLabel, image: QImage) -> None:
    try:
        small = image.scaledToHeight(theme.px(64), Qt.TransformationMode.SmoothTransformation)
        seen.setPixmap(QPixmap.fromImage(small))
    except RuntimeError:
        pass  # the row has gone meanwhile


def _pictures(image: QImage) -> tuple[bytes, bytes]:
    return png(image), jpeg(image.scaledToWidth(THUMBNAIL, Qt.TransformationMode.SmoothTransformation))


def _contact_words(contact: Any) -> str:
    return f"{contact.name}, {contact.position}" if contact.position else str(contact.name)


def _said_lines(row: SignOff) -> list[str]:
    lines = []
    if 1 <= row.satisfaction <= len(SATISFACTION):
        lines.append(
            _("Satisfaction {n} of 5: {words}").format(
                n=format_number(row.satisfaction), words=_(SATISFACTION[row.satisfaction - 1])
            )
        )
    if row.recommendation >= 0:
        lines.append(_("Would recommend us: {n} of 10").format(n=format_number(row.recommendation)))
    if row.not_signed_because:
        lines.append(_("Not signed: {why}").format(why=row.not_signed_because))
    if row.comment:
        lines.append(row.comment)
    return lines


def as_text(shown: list[tuple[str, list[str]]]) -> str:
    """What stood above the signature, as it is kept."""
    return "\n\n".join("\n".join([title, *lines]) for title, lines in shown)


__all__ = ["SignOffPanel", "as_text"]
