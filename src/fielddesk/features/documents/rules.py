"""What may be attached to a record (WO11), and the name under which a file from outside may be saved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from fielddesk.core.errors import RuleBroken

PHOTO: Final = "photo"
DRAWING: Final = "drawing"
"""A picture that was drawn on; it names the one under it."""
SIGNATURE: Final = "signature"
FILE: Final = "file"
DOCUMENT: Final = "document"
"""The file of an issued document; made by issuing it, not by hand."""
KINDS: Final = (PHOTO, DRAWING, SIGNATURE, FILE)
PICTURES: Final = frozenset({PHOTO, DRAWING, SIGNATURE})
NO_ITEM: Final = "none"

EVERYBODY: Final = frozenset(
    {
        "service_engineer", "technical_support", "team_leader", "dispatcher", "customer_service_centre",
        "administrator",
    }
)  # fmt: skip
"""Every role, as people/rules.py names them; files are below people, so they are written out here."""

LONGEST_NAME: Final = 120
_HASH: Final = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


def check_attachment(kind: str, name: str, size: int, sha256: str, subject: str, owners: Iterable[str | None]) -> None:
    """RuleBroken where it is none of our kinds, has no name or content, or belongs to no record."""
    if kind not in KINDS:
        raise RuleBroken("attachment_kind_unknown", field="kind", kind=kind)
    if not name.strip():
        raise RuleBroken("attachment_name_missing", field="name")
    if size < 1:
        raise RuleBroken("file_empty", field="size", file=name)
    if not _HASH.match(sha256):
        raise RuleBroken("attachment_hash_wrong", field="sha256")
    if subject not in owners:
        raise RuleBroken("attachment_without_record", field="subject_id")


def line_of(name: str, limit: int = 200) -> str:
    """A file name as one line that can be stored: no line ends, no NUL, no half letters, at most `limit` letters.

    What turns letters around stays in it: the screen shows it as a mark, saving takes it out.
    """
    clean = name.encode("utf-8", "replace").decode("utf-8")
    clean = unicodedata.normalize("NFC", "".join(" " if letter in "\r\n\t\x00" else letter for letter in clean))
    if len(clean) <= limit:
        return clean.strip() or "-"
    stem, dot, ending = clean.rpartition(".")
    tail = dot + ending if dot and len(ending) <= 10 else ""
    return (stem if tail else clean)[: limit - len(tail) - 1].strip() + "…" + tail


def safe_name(name: str, ending: str = "") -> str:
    """A name under which a file can be saved on any system, whatever it was called where it came from.

    No folders, no letters that hide or turn others, no names that Windows keeps for itself; `ending` (".jpg") is put
    on where the name has none.
    """
    clean = "".join(
        "" if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else letter for letter in name
    )
    clean = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", clean)).strip(" .")
    stem, dot, own = clean.rpartition(".")
    if not dot or len(own) > 10 or not own.isalnum():
        stem, own = clean, ending.lstrip(".")
    stem = stem.strip(" .")[:LONGEST_NAME] or "file"
    if stem.split(".")[0].strip().lower() in _RESERVED:
        stem = f"_{stem}"
    return f"{stem}.{own}" if own else stem
