"""Names from outside are safe to save under, and the head of a picture is read without being believed."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from fielddesk.core import exif
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.features.documents.rules import EVERYBODY, check_attachment, line_of, safe_name
from fielddesk.features.people.rules import ROLES
from fielddesk.store.blobs import LARGEST
from fielddesk.store.types import LINE
from fielddesk.ui.pictures import look_at

TAKEN = 1_773_131_400_000_000
"""2026-03-10, 09:30 in Berlin."""


def tiff(order: str = "<", *, offset: str = "", turned: int = 6) -> bytes:
    """The block a camera writes: turned by a quarter, taken on 10 March 2026 at 09:30 local time."""

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(f"{order}HHI", tag, kind, count) + value.ljust(4, b"\0")

    texts = [(0x9003, b"2026:03:10 09:30:00\0")] + ([(0x9011, offset.encode() + b"\0")] if offset else [])
    inner_at = 8 + 2 + 2 * 12 + 4
    text_at = inner_at + 2 + 12 * len(texts) + 4
    main = struct.pack(f"{order}H", 2)
    main += entry(0x0112, 3, 1, struct.pack(f"{order}H", turned))
    main += entry(0x8769, 4, 1, struct.pack(f"{order}I", inner_at)) + bytes(4)
    inner, tail = struct.pack(f"{order}H", len(texts)), b""
    for tag, text in texts:
        inner += entry(tag, 2, len(text), struct.pack(f"{order}I", text_at + len(tail)))
        tail += text
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    return head + main + inner + bytes(4) + tail


def camera_photo(block: bytes) -> bytes:
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("tomato"))
    there = QByteArray()
    buffer = QBuffer(there)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")
    plain = bytes(there.data())
    app1 = b"Exif\0\0" + block
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(app1) + 2) + app1 + plain[2:]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_is_turned_upright_and_its_moment_known(order: str) -> None:
    found = look_at(camera_photo(tiff(order)), "IMG.jpg", "Europe/Berlin")
    assert (found.width, found.height) == (40, 60)
    assert found.taken_at == TAKEN
    away = look_at(camera_photo(tiff(order, offset="+08:00")), "IMG.jpg", "Europe/Berlin")
    assert away.taken_at == TAKEN - 7 * 3600 * 1_000_000


@given(st.binary(max_size=400), st.integers(0, 200))
def test_a_damaged_block_is_no_moment_and_no_error(noise: bytes, at: int) -> None:
    block = bytearray(tiff())
    block[at : at + len(noise)] = noise
    for head in (noise, camera_head(bytes(block)), b"\x89PNG\r\n\x1a\n" + noise, b"RIFF\0\0\0\0WEBP" + noise):
        moment = exif.taken_at(head, "Europe/Berlin")
        assert moment is None or isinstance(moment, int)


def camera_head(block: bytes) -> bytes:
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "film.mp4"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(FieldDeskError) as refused:
        look_at(large, large.name, "UTC")
    assert refused.value.code == "file_too_large"


@given(st.text(max_size=400))
def test_any_name_is_safe_to_save_under(name: str) -> None:
    safe = safe_name(name, ".jpg")
    assert safe
    assert safe == safe.strip(" .")
    assert not set(safe) & set('<>:"/\\|?*\0\n\r\u202e')
    assert len(safe) <= 132
    assert safe.split(".")[0].lower() not in ("con", "prn", "aux", "nul", "com1", "lpt1")
    assert Path(safe).name == safe
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x", "_.._x.jpg"),
        ("CON", "_CON.jpg"),
        ("nul.txt", "_nul.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("x" * 300 + ".png", "x" * 120 + ".png"),
        ("   ", "file.jpg"),
        ("泄漏 1.jpeg", "泄漏 1.jpeg"),
    ],
)
def test_names_that_are_known_to_harm(name: str, safe: str) -> None:
    assert safe_name(name, ".jpg") == safe


@given(st.text(max_size=700))
def test_any_name_can_be_stored(name: str) -> None:
    assert LINE.check(line_of(name)) == line_of(name)


def test_everybody_is_every_role() -> None:
    assert set(ROLES) == EVERYBODY


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "film"}, "attachment_kind_unknown"),
        ({"name": " "}, "attachment_name_missing"),
        ({"size": 0}, "file_empty"),
        ({"sha256": "x"}, "attachment_hash_wrong"),
        ({"subject": "c"}, "attachment_without_record"),
    ],
)
def test_what_is_no_attachment_is_refused(change: dict, code: str) -> None:
    good = {"kind": "photo", "name": "a.jpg", "size": 1, "sha256": "0" * 64, "subject": "a", "owners": ("a", None)}
    check_attachment(**good)
    with pytest.raises(RuleBroken) as refused:
        check_attachment(**(good | change))
    assert refused.value.code == code
