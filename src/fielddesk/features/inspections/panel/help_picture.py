"""The picture that the help of an item shows, where the checklist is written: chosen, seen, taken away."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.store.blobs import Blob
from fielddesk.ui import handing, theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.pictures import THUMBNAIL, Found, jpeg, look_at, picture
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text
from fielddesk.ui.wording import sentence

LONGEST: Final = 1600
"""The longer side of a help picture, in pixels."""
LARGEST: Final = 600_000
"""Bytes; a picture of no more is kept as it is."""


class PictureRow(QWidget):
    """Signal `changed(picture)`: media type, size, hash and caption of another one that is kept here, None of none."""

    changed = Signal(object)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._sha256 = ""
        self.seen = QLabel()
        self.seen.setAccessibleName(_("Picture of how it is done"))
        self.seen.hide()
        self.choose = Button("", "image")
        self.choose.clicked.connect(self.ask)
        self.away = Button(lambda: _("Take the picture away"), kind="quiet")
        self.away.clicked.connect(lambda: self.changed.emit(None))
        self.remark = Remark("bad")
        row = QHBoxLayout(self)
        theme.space(row, spacing=8)
        row.addWidget(Text(lambda: _("Picture for the help"), "second"))
        row.addWidget(self.seen)
        row.addWidget(self.choose)
        row.addWidget(self.away)
        row.addWidget(self.remark, 1)
        row.addStretch(0)
        self.show_picture(None)

    def show_picture(self, shown: dict[str, Any] | None) -> None:
        """Show the picture of another item, or that it has none."""
        sha256 = str(shown["sha256"]) if shown else ""
        self.choose.set_words((lambda: _("Another picture…")) if sha256 else (lambda: _("Choose a picture…")))
        self.away.setVisible(bool(sha256))
        if sha256 == self._sha256:
            return
        self._sha256 = sha256
        self.seen.hide()
        self.remark.show_words("")
        if sha256:
            self._bench.read_blob(sha256, partial(self._decode, sha256))

    def _decode(self, sha256: str, content: bytes | None) -> None:
        if content is not None and sha256 == self._sha256:
            self._bench.work(partial(picture, content, THUMBNAIL), partial(self._draw, sha256), failed=self._refused)

    def _draw(self, sha256: str, image: QImage) -> None:
        if sha256 == self._sha256:
            small = image.scaledToHeight(theme.px(64), Qt.TransformationMode.SmoothTransformation)
            self.seen.setPixmap(QPixmap.fromImage(small))
            self.seen.show()

    # ---------------------------------------------------------------- another one

    def ask(self) -> None:
        """Ask for a file."""
        self.dialog = handing.choose_files(
            self, lambda: _("Choose a picture…"), lambda paths: self.take(paths[0]) if paths else None
        )

    def take(self, path: Path) -> None:
        """Take a file in as the picture; what is none is refused with a sentence."""
        zone = self._bench.zone()
        self._bench.work(lambda: _to_travel(path, zone), self._looked, failed=self._refused)

    def _looked(self, made: tuple[bytes, str]) -> None:
        content, media_type = made
        self._bench.keep_blob(content, partial(self._kept, media_type), failed=self._refused)

    def _kept(self, media_type: str, blob: Blob) -> None:
        self.remark.show_words("")
        self.changed.emit({"media_type": media_type, "size": blob.size, "sha256": blob.sha256, "caption": None})

    def _refused(self, error: FieldDeskError) -> None:
        self.remark.show_words(lambda: sentence(error))


def _to_travel(path: Path, zone: str) -> tuple[bytes, str]:
    """What is kept of a file, and its media type: it goes to every laptop, so a camera's full size is made smaller."""
    found: Found = look_at(path, path.name, zone)
    if not found.is_picture:
        raise FieldDeskError("picture_damaged", file=found.name)
    whole = path.read_bytes()
    if found.size <= LARGEST and max(found.width, found.height) <= LONGEST:
        return whole, found.media_type
    return jpeg(picture(whole, LONGEST, found.name)), "image/jpeg"
