"""What is done with one photo or file: looked at and drawn on, opened, saved, copied, dragged out, taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.documents.actions import archive_attachment, restore_attachment
from fielddesk.features.documents.dialogs import OPENED_ENDINGS, title_of
from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.panel.taking import Taking, Thing
from fielddesk.features.documents.queries import Owner
from fielddesk.features.documents.rules import DRAWING, PICTURES, safe_name
from fielddesk.store.actions import call
from fielddesk.ui import handing
from fielddesk.ui.drawing import Drawing
from fielddesk.ui.marks import Mark, drawn_on
from fielddesk.ui.pictures import SHOWN, jpeg, picture
from fielddesk.ui.seams import Bench
from fielddesk.ui.wording import sentence

DRAWING_DRAFT = "photo.drawing"
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}


def file_name(row: Attachment) -> str:
    """Under which name it goes out of the store."""
    return safe_name(row.name, _ENDINGS.get(row.media_type, ""))


class Opening(QObject):
    """Answers for one widget with photos; `at` is where dialogs and the overlay come up."""

    def __init__(self, bench: Bench, at: QWidget, taking: Taking) -> None:
        super().__init__(at)
        self._bench, self._at, self._taking = bench, at, taking
        self.drawing: Drawing | None = None
        self.dialog: QWidget | None = None

    # ---------------------------------------------------------------- looking and drawing

    def open(self, owner: Owner, row: Attachment) -> None:
        """A picture over the window, to be drawn on; any other file with the system's program."""
        if row.kind in PICTURES:
            self._content(row, partial(self._decode, owner, row))
        else:
            self.open_outside(row)

    def _decode(self, owner: Owner, row: Attachment, content: bytes) -> None:
        self._bench.work(
            partial(picture, content, SHOWN, row.name), partial(self._with_draft, owner, row), failed=self._told
        )

    def _with_draft(self, owner: Owner, row: Attachment, image: QImage) -> None:
        self._bench.draft(DRAWING_DRAFT, row.id, lambda draft: self._show(owner, row, image, draft))

    def _show(self, owner: Owner, row: Attachment, image: QImage, draft: str | None) -> None:
        if self.drawing is not None or not self._at.isVisible():
            return
        second = row.name if row.caption else ""
        self.drawing = Drawing(self._at.window(), title_of(row), second)
        self.drawing.typed.connect(lambda text: self._bench.keep_draft(DRAWING_DRAFT, row.id, text))
        self.drawing.kept.connect(partial(self._keep, owner, row))
        self.drawing.left.connect(self._gone)
        self.drawing.open_up()
        self.drawing.show_picture(image, draft)

    def _gone(self) -> None:
        self.drawing = None

    def _keep(self, owner: Owner, row: Attachment, image: QImage, marks: Sequence[Mark]) -> None:
        """The drawing becomes a picture of its own; until it stands, it is still a draft."""
        name = _("{file} drawn on").format(file=Path(row.name).stem) + ".jpg"
        original = row.original_id or row.id
        put_on = Owner(row.order_id, None if row.order_id else row.asset_id, row.customer_id, row.item)
        whose = put_on if put_on.id else owner

        def take(content: bytes) -> None:
            self._taking.take(whose, [Thing(content, name, DRAWING, original, (DRAWING_DRAFT, row.id))])

        self._bench.work(lambda: jpeg(drawn_on(image, marks), 90), take, failed=self._told)

    # ---------------------------------------------------------------- out of the window

    def open_outside(self, row: Attachment) -> None:
        """Open a copy with the system's program, if it is no program itself."""
        name = file_name(row)
        if Path(name).suffix.lower() not in OPENED_ENDINGS:
            self._told(FieldDeskError("file_not_opened"))
            return
        self._copy_out(row, handing.open_with_system)

    def save(self, row: Attachment) -> None:
        """Ask where, and save it there."""

        def chosen(path: Path) -> None:
            self._content(row, lambda content: self._write(content, path))

        self.dialog = handing.choose_place(self._at, lambda: _("Save as…"), file_name(row), chosen)

    def _write(self, content: bytes, path: Path) -> None:
        self._bench.work(
            lambda: handing.save(content, path),
            lambda _nothing: self._bench.toast(lambda: _("{file} is saved").format(file=path.name)),
            failed=self._told,
        )

    def copy(self, row: Attachment) -> None:
        """Onto the clipboard: a picture as a picture, a file as a file."""
        if row.kind not in PICTURES:
            self._copy_out(row, lambda path: QGuiApplication.clipboard().setMimeData(_mime(path)))
            return

        def put(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self._bench.toast(lambda: _("The picture is on the clipboard"))

        self._content(row, lambda content: self._bench.work(partial(picture, content), put, failed=self._told))

    def drag(self, row: Attachment) -> None:
        """Pull a copy out of the window, if the button is still held when it is there."""

        def ready(path: Path) -> None:
            if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton and self._at.isVisible():
                drag = QDrag(self._at)
                drag.setMimeData(_mime(path))
                drag.exec(Qt.DropAction.CopyAction)

        self._copy_out(row, ready)

    def _copy_out(self, row: Attachment, then: Callable[[Path], None]) -> None:
        name = file_name(row)
        self._content(
            row, lambda content: self._bench.work(partial(handing.hand_out, content, name), then, failed=self._told)
        )

    def _content(self, row: Attachment, then: Callable[[bytes], None]) -> None:
        def came(content: bytes | None) -> None:
            if content is None:
                self._told(FieldDeskError("file_not_arrived"))
            else:
                then(content)

        self._bench.read_blob(row.sha256, came)

    # ---------------------------------------------------------------- taken away

    def take_away(self, owner: Owner, row: Attachment) -> None:
        """Off the record, with its undo."""
        self._bench.do(
            call(archive_attachment, attachment_id=row.id, subject_id=owner.id),
            said=lambda: _("{file} taken away").format(file=title_of(row)),
            undo=lambda _done: call(restore_attachment, attachment_id=row.id, subject_id=owner.id),
        )

    def _told(self, error: FieldDeskError) -> None:
        self._bench.toast(lambda: sentence(error), icon="warning-fill")


def _mime(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


__all__ = ["DRAWING_DRAFT", "Opening", "file_name"]
