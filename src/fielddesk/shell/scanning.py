"""Reads QR codes and bar codes out of a picture of a label, on a thread of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtGui import QImage

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import N_
from fielddesk.ui.pictures import picture
from fielddesk.ui.wording import add_sentences

LARGEST_FILE: Final = 64 * 1024 * 1024
LONGEST: Final = 3_000
"""Pixels of the longer side that are searched: finer detail than a label in a photo has."""
MOST_CODES: Final = 48
LONGEST_CODE: Final = 500

add_sentences(
    {
        "no_code": N_("No code was found in the picture. Take it again: closer, straight from the front, sharp."),
        "picture_too_large": N_("This file is too large for a picture of a label; 64 MB are the most."),
    }
)


def codes_in(source: bytes | Path | QImage) -> list[str]:
    """What the codes in a picture say, each once, the largest first.

    Codes: no_code, file_empty, file_unreadable, picture_damaged, picture_too_many_pixels, picture_too_large.
    """
    import zxingcpp

    grey = _image(source).convertToFormat(QImage.Format.Format_Grayscale8)
    width, height = grey.width(), grey.height()
    if not width or not height:
        raise FieldDeskError("picture_damaged")
    lines = bytes(grey.constBits())
    if grey.bytesPerLine() != width:  # Qt begins each line at a multiple of four bytes
        step = grey.bytesPerLine()
        lines = b"".join(lines[at : at + width] for at in range(0, step * height, step))
    found = zxingcpp.read_barcodes(memoryview(lines).cast("B", (height, width)))
    told = {one.text.strip(): _extent(one.position) for one in found if one.text.strip()}
    if not told:
        raise FieldDeskError("no_code")
    return sorted((text[:LONGEST_CODE] for text in told), key=lambda text: -told.get(text, 0))[:MOST_CODES]


def _extent(position: object) -> int:
    """How large a code is in the picture."""
    one, other = getattr(position, "top_left", None), getattr(position, "bottom_right", None)
    return 0 if one is None or other is None else abs(one.x - other.x) + abs(one.y - other.y)


def _image(source: bytes | Path | QImage) -> QImage:
    if isinstance(source, QImage):
        return source
    if isinstance(source, bytes):
        return picture(source, LONGEST)
    try:
        with source.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError):
        raise FieldDeskError("file_unreadable", file=source.name) from None
    if not content:
        raise FieldDeskError("file_empty", file=source.name)
    if len(content) > LARGEST_FILE:
        raise FieldDeskError("picture_too_large", file=source.name)
    return picture(content, LONGEST, source.name)
