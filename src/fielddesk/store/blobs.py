"""Contents of photos, signatures, files and issued documents, each under the hash of what it holds, encrypted at rest.

A content is on the disk, file and folder synced, before a row names it; so a row that lacks its content is one whose
content has not arrived yet, never one that a power failure took.
"""

from __future__ import annotations

import io
import re
from typing import BinaryIO, Final

from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store.aside import move_aside
from fielddesk.store.vault import PIECE_BYTES, Source, Vault

LARGEST: Final = 512 * 1024 * 1024
"""Bytes of one content; what is larger is refused before it fills the disk."""
HASH: Final = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


@dataclass(frozen=True)
class Blob:
    """A kept content: its SHA-256 in hexadecimal digits and its length in bytes."""

    sha256: str
    size: int


class Blobs:
    """The contents of one profile, or of headquarters, in its vault."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def keep(self, content: bytes | Source) -> Blob:
        """Keep a content; the same one twice is kept once. file_empty, file_too_large, disk_full, folder_read_only."""
        source: Source = io.BytesIO(content) if isinstance(content, bytes) else content
        with self.vault.begin("files") as new:
            while piece := source.read(PIECE_BYTES):
                if new.size + len(piece) > LARGEST:
                    raise FieldDeskError("file_too_large", limit=LARGEST)
                new.write(piece)
            if not new.size:
                raise FieldDeskError("file_empty")
            blob = Blob(new.sha256.hexdigest(), new.size)
            if not self.has(blob.sha256):
                new.keep(blob.sha256)
            return blob

    def has(self, sha256: str) -> bool:
        """Whether the content is here; not whether it is sound."""
        return self.vault.has("files", checked(sha256))

    def read(self, sha256: str) -> BinaryIO:
        """The content as a stream, to be closed. file_missing, file_damaged."""
        return self.vault.read("files", checked(sha256))

    def read_bytes(self, sha256: str) -> bytes:
        """The whole of a content. file_missing, file_damaged."""
        return self.vault.read_bytes("files", checked(sha256))

    def put_aside(self, sha256: str, now: int) -> None:
        """A content that is not what was kept: out of the way, so that it can be fetched or kept again."""
        move_aside(self.vault.path("files", checked(sha256)), "damaged", now, self.vault.disk)

    def remove(self, sha256: str) -> bool:
        """Delete a content nobody names any more; False where there was none."""
        return self.vault.remove("files", checked(sha256))


def checked(sha256: str) -> str:
    """The hash, if it is one; file_missing otherwise: what is no hash names no content."""
    if not HASH.match(sha256):
        raise StoreProblem("file_missing", file=sha256[:64])
    return sha256
