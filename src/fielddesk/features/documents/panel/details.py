"""What is said of one photo: whose it is, when it was taken, what it shows; and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.documents.actions import describe_attachment
from fielddesk.features.documents.dialogs import size_words
from fielddesk.features.documents.panel.opening import Opening
from fielddesk.features.documents.queries import Owner, PhotoRow
from fielddesk.features.documents.rules import PICTURES
from fielddesk.store.actions import Call, call
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.copying import Copyable
from fielddesk.ui.flow import Flow
from fielddesk.ui.forms import Form, Line
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card

CAPTION = "attachment.caption"


class Details(Card):
    """The photo that was last chosen; hidden while none is."""

    def __init__(self, bench: Bench, opening: Opening) -> None:
        super().__init__()
        self._bench, self._opening = bench, opening
        self._owner = Owner()
        self._photo: PhotoRow | None = None
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (12, 12, 12, 8), 8)
        self.form = Form()
        self.form.add(Line("caption", lambda: _("What it shows"), hint=lambda: _("Oil at the lower seal, cylinder 2")))
        self.form.committed.connect(self._commit)
        self.form.typed.connect(self._typed)
        self.facts = Copyable()
        column.addWidget(self.form)
        column.addWidget(self.facts)
        column.addWidget(self._buttons())
        self.add(inner)
        self.hide()

    def _buttons(self) -> QWidget:
        holder = QWidget()
        row = Flow(holder)
        theme.space(row, spacing=8)
        self.draw = Button(lambda: _("Look at it and draw"), "pencil-simple")
        self.draw.clicked.connect(self._with(lambda owner, photo: self._opening.open(owner, photo.row)))
        outside = Button(lambda: _("Open outside"), "arrow-square-out")
        outside.clicked.connect(self._with(lambda _owner, photo: self._opening.open_outside(photo.row)))
        save = Button(lambda: _("Save as…"), "download-simple")
        save.clicked.connect(self._with(lambda _owner, photo: self._opening.save(photo.row)))
        copy = Button(lambda: _("Copy"), "copy")
        copy.clicked.connect(self._with(lambda _owner, photo: self._opening.copy(photo.row)))
        away = Button(lambda: _("Take away"), "trash", tip=lambda: _("Undo brings it back"))
        away.clicked.connect(self._with(lambda owner, photo: self._opening.take_away(owner, photo.row)))
        for button in (self.draw, outside, save, copy, away):
            row.addWidget(button)
        return holder

    def _with(self, run: Callable[[Owner, PhotoRow], None]) -> Callable[[], None]:
        def pressed() -> None:
            if self._photo is not None:
                run(self._owner, self._photo)

        return pressed

    def row_id(self) -> str:
        return self._photo.row.id if self._photo is not None else ""

    def show_photo(self, owner: Owner, photo: PhotoRow) -> None:
        """Show this one; what was typed for the last one is committed."""
        first = photo.row.id != self.row_id()
        self._owner, self._photo = owner, photo
        row, zone = photo.row, self._bench.zone()
        self.form.load(row.id, {"caption": row.caption})
        if first:
            self._bench.draft(CAPTION, row.id, partial(self._restore, row.id))
        self.draw.setVisible(row.kind in PICTURES)
        added = format_moment(row.at, zone)
        taken = "" if row.taken_at is None else _("taken {when}").format(when=format_moment(row.taken_at, zone))
        who = _("added by {who}, {when}").format(who=photo.by or _("somebody"), when=added)
        self.facts.set_words(" · ".join(part for part in (row.name, taken, who, size_words(row.size)) if part))
        self.show()

    def keep_to(self, there: Container[str]) -> None:
        """Show nothing any more of a photo that is gone."""
        if self._photo is not None and self._photo.row.id not in there:
            self.leave()
            self._photo = None
            self.hide()

    def leave(self) -> bool:
        """Commit what is typed."""
        good = self.form.commit()
        self.form.flush_drafts()
        return good

    def _restore(self, row_id: str, text: str | None) -> None:
        if text is not None and row_id == self.form.subject and not self.form.fields["caption"].dirty():
            self.form.restore({"caption": text})

    def _typed(self, _key: str, text: str | None) -> None:
        self._bench.keep_draft(CAPTION, self.form.subject, text)

    def _commit(self, _key: str, shown: object, new: object) -> None:
        row_id, subject = self.form.subject, self._owner.id

        def describe(base: object, wanted: object) -> Call:
            return call(
                describe_attachment, based_on={"caption": base}, attachment_id=row_id, subject_id=subject,
                caption=str(wanted),
            )  # fmt: skip

        self._bench.do(
            describe(shown, new),
            said=lambda: _("The words to the photo are saved"),
            undo=lambda _done: describe(new, shown),
            failed=partial(self._refused, row_id, str(new)),
            then=lambda _done: self.form.fields["caption"].saved() if row_id == self.form.subject else None,
            drops=[(CAPTION, row_id)],
        )

    def _refused(self, row_id: str, typed: str, error: FieldDeskError) -> None:
        self._bench.keep_draft(CAPTION, row_id, typed)
        if row_id == self.form.subject:
            self.form.refused("caption", error)
