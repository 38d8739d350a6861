"""An item that asks for a signature: who signs, the pad to sign on, and what was signed already."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.documents.actions import add_attachment
from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.rules import SIGNATURE
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.actions import call
from fielddesk.store.blobs import Blob
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Line
from fielddesk.ui.moments import moment_words
from fielddesk.ui.pictures import THUMBNAIL, jpeg, png
from fielddesk.ui.seams import Bench
from fielddesk.ui.signature import SignaturePad
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text
from fielddesk.ui.wording import sentence

Signed = tuple[list[Attachment], str | None]


class ItemSignature(QWidget):
    """Signed once, it says who signed and when; another signature is added beside it and takes nothing away."""

    def __init__(self, bench: Bench, *, order_id: str, item: str) -> None:
        super().__init__()
        self._bench, self._order_id, self._item = bench, order_id, item
        self._asset_id: str | None = None
        self._busy = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.done = Text("", "strong", wraps=True)
        self.done.hide()
        self.signer = Line("signer", lambda: _("Who signs"))
        self.signer.start("")
        self.pad = SignaturePad(lambda: _("Signature"))
        self.remark = Remark("warn")
        self.pad.changed.connect(lambda: self.remark.show_words(""))
        clear = Button(lambda: _("Clear"), kind="quiet")
        clear.clicked.connect(self.pad.clear)
        self.sign = Button(lambda: _("Sign"), "signature", "tonal")
        self.sign.clicked.connect(self.keep)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addWidget(self.remark, 1)
        row.addWidget(clear)
        row.addWidget(self.sign)
        column = QVBoxLayout(self)
        theme.space(column, spacing=8)
        column.addWidget(self.done)
        column.addWidget(self.signer.label)
        column.addWidget(self.signer)
        column.addWidget(self.pad)
        column.addLayout(row)
        end = bench.watch({"attachment"}, self.reload)
        self.destroyed.connect(lambda: end())
        self.reload()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.signer.editor.setFocus()

    def reload(self) -> None:
        order_id, item, c = self._order_id, self._item, Attachment.c

        def ask(read: Reading) -> Signed:
            order = read.get(WorkOrder, order_id)
            signed = read.all(
                Attachment, c.order_id == order_id, c.item == item, c.kind == SIGNATURE, c.archived_at.is_(None),
                order=[c.at.desc(), c.id],
            )  # fmt: skip
            return signed, order.asset_id if order is not None else None

        self._bench.read(ask, self._take, key=f"signature.{id(self)}")

    def _take(self, found: Signed) -> None:
        signed, self._asset_id = found
        self.done.setVisible(bool(signed))
        if signed:
            last = signed[0]
            when = moment_words(last.at, self._bench.now(), self._bench.zone())
            self.done.set_words(
                lambda: _("Signed by {who}, {when}").format(who=last.caption or _("somebody"), when=when)
            )

    def keep(self) -> None:
        """Keep what is on the pad; an empty one is asked for in words."""
        signer = self.signer.text().strip()
        if self._busy:
            return
        if not signer and self.pad.is_empty():
            self._say(_("Type who signs, and sign on the line or leave the typed name as the signature."))
            self.signer.editor.setFocus()
            return
        if self.pad.is_empty():
            self.pad.type_name(signer)  # who cannot draw signs with the name, and it is marked so
        if self.pad.is_empty():
            self._say(_("There is no signature yet."))
            return
        self._busy = True
        image = self.pad.image()
        self._bench.work(lambda: _pictures(image), self._keep_whole, failed=self._refused)

    def _keep_whole(self, made: tuple[bytes, bytes]) -> None:
        whole, small = made
        self._bench.keep_blob(whole, lambda kept: self._keep_small(kept, small), failed=self._refused)

    def _keep_small(self, whole: Blob, small: bytes) -> None:
        self._bench.keep_blob(small, lambda kept: self._store(whole, kept), failed=self._refused)

    def _store(self, whole: Blob, small: Blob) -> None:
        try:
            made = call(
                add_attachment, subject_id=self._order_id, order_id=self._order_id, asset_id=self._asset_id,
                item=self._item, kind=SIGNATURE, name="signature.png", media_type="image/png", size=whole.size,
                sha256=whole.sha256, thumbnail=small.sha256, thumbnail_size=small.size,
                caption=self.signer.text().strip(),
            )  # fmt: skip
        except FieldDeskError as error:
            self._refused(error)
            return
        self._bench.do(made, then=lambda _done: self._stored(), failed=self._refused, said=lambda: _("Signature kept"))

    def _stored(self) -> None:
        self._busy = False
        self.pad.clear()
        self.signer.start("")
        self.reload()

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        self._say(sentence(error))

    def _say(self, words: str) -> None:
        self.remark.show_words(words)
        theme.announce(self.sign, words)


def _pictures(image: QImage) -> tuple[bytes, bytes]:
    return png(image), jpeg(image.scaledToWidth(THUMBNAIL, Qt.TransformationMode.SmoothTransformation))
