"""Where FieldDesk keeps its files, and what a file may be called when a stranger chose the name."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import unicodedata
from pathlib import Path

import platformdirs

NAME_BYTES = 180
"""Longest safe name in UTF-8; every file system takes 255, and a suffix of ours must still fit."""

_PACKAGE = Path(__file__).resolve().parents[1]
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])\s*(\.|\Z)", re.IGNORECASE)
_REFUSED = re.compile(r'[/\\:*?"<>|]')


def resources() -> Path:
    """Icons, themes, translations and templates: inside an installed package, else beside `src`."""
    return _carried("_resources", "resources")


def migrations() -> Path:
    """The steps that bring an older store up to date: inside an installed package, else beside `src`."""
    return _carried("_migrations", "migrations")


def profiles_folder() -> Path:
    """The folder that holds one folder per profile; FIELDDESK_HOME moves it."""
    home = os.environ.get("FIELDDESK_HOME")
    base = Path(home) if home else platformdirs.user_data_path("FieldDesk", appauthor=False, roaming=False)
    return base / "profiles"


def profile_name(hq_id: str, account: str) -> str:
    """Folder name of one account at one headquarters: always the same, and it tells neither of them."""
    parts = [unicodedata.normalize("NFC", part).encode("utf-8", "surrogatepass") for part in (hq_id, account)]
    told_apart = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    # Lower case only: the file systems of Windows and macOS do not tell "a" from "A".
    return base64.b32encode(hashlib.sha256(told_apart).digest()[:15]).decode().lower()


def profile_folder(hq_id: str, account: str) -> Path:
    """Where that account's profile lies; it need not exist yet."""
    return profiles_folder() / profile_name(hq_id, account)


def safe_name(text: str, otherwise: str = "file") -> str:
    """One file name, good on Linux, Windows and macOS, out of a text that nobody has checked.

    Path separators, control and direction characters, device names (CON, LPT1) and over-long names are defused; the
    ending of a long name survives. A name that is safe already comes back as it is. Two texts may give one name.
    """
    kept = "".join(_harmless(character) for character in unicodedata.normalize("NFC", text))
    kept = unicodedata.normalize("NFC", _REFUSED.sub("_", kept))
    name = _shortened(kept.strip(" ").rstrip(". ").lstrip(" ")).rstrip(". ")
    if not name.strip("._ "):
        return otherwise
    if _RESERVED.match(name) or name.startswith(("-", "~", ".")):
        return _shortened("_" + name).rstrip(". ")
    return name


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\n\r":
        return " "
    # C*: control, format (right-to-left override, zero width), surrogate, private use, unassigned.
    return "" if category.startswith("C") else character


def _shortened(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending.encode()) > 16:
        stem, dot, ending = name, "", ""
    room = NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + ending


def _carried(packed: str, beside: str) -> Path:
    inside = _PACKAGE / packed
    return inside if inside.is_dir() else _PACKAGE.parents[1] / beside
