"""Contents by their hash: kept once, read back whole, nothing of them readable on the disk."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.store import blobs as contents
from fielddesk.store.blobs import Blob, Blobs
from fielddesk.store.keys import Keys
from fielddesk.store.vault import Vault

PHOTO = b"\xff\xd8\xff\xe0 not much of a photo" * 9000


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(Vault(tmp_path, Keys(bytes(32))))


def test_a_content_is_kept_once_under_its_hash_and_comes_back_whole(blobs: Blobs) -> None:
    first, again = blobs.keep(PHOTO), blobs.keep(io.BytesIO(PHOTO))
    assert first == again == Blob(hashlib.sha256(PHOTO).hexdigest(), len(PHOTO))
    assert blobs.read_bytes(first.sha256) == PHOTO
    [file] = [path for path in blobs.vault.folder.rglob("*") if path.is_file()]
    assert first.sha256 not in file.name
    assert b"not much of a photo" not in file.read_bytes()


def test_nothing_and_too_much_are_refused_and_leave_no_file(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGEST", 100_000)
    for content, code in ((b"", "file_empty"), (PHOTO, "file_too_large")):
        with pytest.raises(FieldDeskError) as refused:
            blobs.keep(content)
        assert refused.value.code == code
    assert [path for path in blobs.vault.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_hash_names_no_content(blobs: Blobs, name: str) -> None:
    for ask in (blobs.has, blobs.read, blobs.remove):
        with pytest.raises(StoreProblem) as refused:
            ask(name)
        assert refused.value.code == "file_missing"


def test_a_removed_content_is_gone(blobs: Blobs) -> None:
    kept = blobs.keep(PHOTO)
    assert blobs.remove(kept.sha256)
    assert not blobs.has(kept.sha256)
    assert not blobs.remove(kept.sha256)
