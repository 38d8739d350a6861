"""Pictures and files from outside: looked at before they are decoded, made small for the screen, always away from it.

Everything here runs on a worker thread and touches no widget. A picture's size is read from its head before a pixel
of it is decoded, so that a file of 400 megapixels or a bomb costs nothing but a sentence.
"""

from __future__ import annotations

import mimetypes
import mmap
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

from fielddesk.core import exif
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_number
from fielddesk.store.blobs import LARGEST
from fielddesk.ui.wording import add_sentences

THUMBNAIL: Final = 320
"""The longer side of a thumbnail in pixels."""
SHOWN: Final = 3_000
"""The longer side of a picture that is looked at and drawn on, in pixels."""
MOST_PIXELS: Final = 120_000_000
MOST_DECODED: Final = 64_000_000
"""Pixels of a picture whose format cannot be decoded small; four bytes each."""
UNREADABLE_ENDINGS: Final = frozenset({".heic", ".heif", ".avif", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf"})
"""Pictures of phones and cameras that Qt does not decode everywhere: kept as files."""
_PICTURE_ENDINGS: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm"}
)
_SURE: Final = frozenset({"jpeg", "png", "webp", "bmp", "gif", "tiff", "ppm", "pgm", "pbm", "ico"})
_JPEG_QUALITY: Final = 82
_JPEG_END: Final = b"\xff\xd9"


def _megapixels(values: dict[str, Any]) -> str:
    return _("{file} has {n} megapixels, too many to look at; {most} are the most. Save it smaller.").format(
        file=values.get("file", ""),
        n=format_number(round(int(values.get("pixels", 0)) / 1_000_000)),
        most=format_number(int(values.get("most", MOST_PIXELS)) // 1_000_000),
    )


add_sentences(
    {
        "file_is_folder": lambda values: _("{file} is a folder; drop the files that are in it.").format(
            file=values.get("file", "")
        ),
        "picture_damaged": lambda values: _("{file} is damaged, or no picture at all.").format(
            file=values.get("file", _("The picture"))
        ),
        "picture_too_many_pixels": _megapixels,
    }
)


@dataclass(frozen=True)
class Found:
    """A file as it was looked at: `content` is what is to be kept, the file itself or the bytes of the clipboard.

    `thumbnail` is a JPEG, empty for what is no picture; `width` and `height` in pixels as it is seen; `taken_at` in
    microseconds UTC where the camera wrote it; `left_as_file` says that it is a picture nobody here can show.
    """

    content: bytes | Path
    name: str
    media_type: str
    size: int
    is_picture: bool
    thumbnail: bytes = b""
    width: int = 0
    height: int = 0
    taken_at: int | None = None
    left_as_file: bool = False


def look_at(content: bytes | Path, name: str, zone: str) -> Found:
    """Look at a file without changing it.

    Codes: file_empty, file_too_large, file_unreadable, file_is_folder, picture_damaged, picture_too_many_pixels; each
    with `file`.
    """
    size, head = _head(content, name)
    ending = Path(name).suffix.lower()
    media_type = mimetypes.guess_type(f"x{ending}")[0] or "application/octet-stream"
    reader = _Reader(content)
    if reader.format == "jpeg" and not _has_end(content):
        raise FieldDeskError("picture_damaged", file=name)
    if not reader.knows(ending):
        if ending in _PICTURE_ENDINGS:
            raise FieldDeskError("picture_damaged", file=name)
        return Found(content, name, media_type, size, False, left_as_file=ending in UNREADABLE_ENDINGS)
    small = reader.small(THUMBNAIL, name)
    return Found(
        content, name, f"image/{reader.format}", size, True, jpeg(small), reader.size.width(), reader.size.height(),
        exif.taken_at(head, zone),
    )  # fmt: skip


def _head(content: bytes | Path, name: str) -> tuple[int, bytes]:
    if isinstance(content, bytes):
        size, head = len(content), content[: exif.HEAD_BYTES]
    else:
        try:
            if content.is_dir():
                raise FieldDeskError("file_is_folder", file=name)
            with content.open("rb") as file:
                size, head = file.seek(0, 2), b""
                file.seek(0)
                head = file.read(exif.HEAD_BYTES)
        except (OSError, ValueError):
            raise FieldDeskError("file_unreadable", file=name) from None
    if size == 0:
        raise FieldDeskError("file_empty", file=name)
    if size > LARGEST:
        raise FieldDeskError("file_too_large", file=name, limit=LARGEST)
    return size, head


def _has_end(content: bytes | Path) -> bool:
    """Whether a JPEG goes on to its end mark; Qt shows the rest of one that was cut off in grey and says nothing."""
    if isinstance(content, bytes):
        return content.rfind(_JPEG_END) > exif.scan_begins(content)
    try:
        with content.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            return whole.rfind(_JPEG_END) > exif.scan_begins(whole[: exif.HEAD_BYTES])
    except (OSError, ValueError):
        return False


class _Reader:
    """A picture whose head was read; `size` is as it is seen, turned as the camera was."""

    def __init__(self, content: bytes | Path) -> None:
        self._bytes = QByteArray(content) if isinstance(content, bytes) else QByteArray()
        self._buffer = QBuffer(self._bytes)
        if isinstance(content, bytes):
            self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
            self._reader = QImageReader(self._buffer)
        else:
            self._reader = QImageReader(str(content))
        self._reader.setDecideFormatFromContent(True)
        self._reader.setAutoTransform(True)
        self.format = bytes(self._reader.format().data()).decode("ascii", "replace") or "unknown"
        self.size = self._reader.size()
        if self._reader.transformation().value & 4:  # turned by a quarter
            self.size = self.size.transposed()

    def knows(self, ending: str = "") -> bool:
        """Whether this is a picture in a format we read. What is known by little (xbm, tga) must have its ending too:
        a text that begins with #define is none."""
        return (self.format in _SURE or f".{self.format}" == ending != ".svg") and self._reader.canRead()

    def small(self, longest: int, name: str) -> QImage:
        """The picture with a longer side of at most `longest` pixels; picture_damaged, picture_too_many_pixels."""
        size = self._reader.size()
        pixels = size.width() * size.height()
        most = MOST_PIXELS if self.format in ("jpeg", "webp") else MOST_DECODED
        if pixels > most:
            raise FieldDeskError("picture_too_many_pixels", file=name, pixels=pixels, most=most)
        if size.isValid() and max(size.width(), size.height()) > longest:
            least = QSize(1, 1)
            self._reader.setScaledSize(
                size.scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(least)
            )
        image = self._reader.read()
        if image.isNull():
            raise FieldDeskError("picture_damaged", file=name)
        if max(image.width(), image.height()) > longest:  # a format that told no size before it was read
            image = image.scaled(
                longest, longest, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return image


def picture(content: bytes, longest: int = SHOWN, name: str = "") -> QImage:
    """A kept content as a picture of at most this size; picture_damaged, picture_too_many_pixels."""
    reader = _Reader(content)
    if not reader.knows():
        raise FieldDeskError("picture_damaged", file=name)
    return reader.small(longest, name).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def jpeg(image: QImage, quality: int = _JPEG_QUALITY) -> bytes:
    """A picture as JPEG; what can be seen through is white."""
    if image.hasAlphaChannel():
        ground = QImage(image.size(), QImage.Format.Format_RGB32)
        ground.fill(QColor(Qt.GlobalColor.white))
        painter = QPainter(ground)
        painter.drawImage(0, 0, image)
        painter.end()
        image = ground
    return _written(image, "JPEG", quality)


def png(image: QImage) -> bytes:
    """A picture as PNG."""
    return _written(image, "PNG", -1)


def _written(image: QImage, kind: str, quality: int) -> bytes:
    there = QByteArray()
    buffer = QBuffer(there)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, kind, quality):  # type: ignore[call-overload]  # the stubs want bytes, it takes text
        raise FieldDeskError("picture_damaged")
    buffer.close()
    return bytes(there.data())
