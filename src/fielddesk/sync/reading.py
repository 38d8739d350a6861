"""What comes over the line before it is a message: who wrote it, how it is packed, when to come back."""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from fielddesk.core.errors import NetworkProblem
from fielddesk.sync.protocol import ANSWER_LIMIT

PAGES = ("text/html", "application/xhtml+xml")


def whole_address(typed: str) -> str:
    """The address of headquarters as a person types it, with its beginning: `hq.example.com:8472` will do."""
    address = typed.strip().rstrip("/")
    if not address or "://" in address:
        return address
    try:
        host = urlsplit(f"//{address}").hostname or ""
    except ValueError:
        host = ""  # no address at all: whoever asks there says so
    return f"{'http' if on_this_machine(host) else 'https'}://{address}"


def check_address(address: str) -> None:
    """NetworkProblem not_encrypted or bad_address, before anything is looked up."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise NetworkProblem("bad_address") from None
    if not host or parts.username is not None or parts.query or parts.fragment or parts.scheme not in ("http", "https"):
        raise NetworkProblem("bad_address")
    if parts.scheme == "http" and not on_this_machine(host):
        raise NetworkProblem("not_encrypted")


def on_this_machine(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def foreign(status: int, written_by: str, wait_s: int | None) -> NetworkProblem:
    """What an answer means that does not have headquarters' content type; it never touches anything."""
    if 300 <= status < 400 or status in (401, 511) or (status == 200 and written_by in PAGES):
        return NetworkProblem("captive_portal", status=status)
    if status == 407:
        return NetworkProblem("proxy", status=status)
    if status == 413:
        return NetworkProblem("too_large")
    if status in (429, 503):
        # The gateway before headquarters speaks for it where it only asks for patience.
        return NetworkProblem("busy", retry_after_s=wait_s or 0)
    if status in (500, 502, 504):
        return NetworkProblem("hq_trouble", status=status)
    return NetworkProblem("not_headquarters", what="content_type", status=status)


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds of Retry-After, given as a number or as a date; a date counts from the answer's own Date."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0, min(int(wait.total_seconds()), 10**9))


def unpacked(encoding: str, pieces: Iterator[bytes], moved: Callable[[int], None], limit: int = ANSWER_LIMIT) -> bytes:
    """The bytes of an answer, never more than `limit` in memory; NetworkProblem cut_off or too_long.

    `pieces` come from the line as they are, `moved` hears the length of each.
    """
    if encoding in ("", "identity"):
        return _joined(pieces, moved, limit)
    if encoding != "gzip":
        raise NetworkProblem("cut_off", what="encoding")
    unzip, out, length = zlib.decompressobj(wbits=31), [], 0
    for piece in pieces:
        moved(len(piece))
        while piece and not unzip.eof:
            try:
                out.append(unzip.decompress(piece, limit - length + 1))
            except zlib.error:
                raise NetworkProblem("cut_off", what="gzip") from None
            length += len(out[-1])
            if length > limit:
                raise NetworkProblem("too_long", limit=limit)
            piece = unzip.unconsumed_tail
        if unzip.unused_data or piece:
            raise NetworkProblem("cut_off", what="gzip")
    if not unzip.eof:
        raise NetworkProblem("cut_off", what="gzip")
    return b"".join(out)


def _joined(pieces: Iterator[bytes], moved: Callable[[int], None], limit: int) -> bytes:
    out, length = [], 0
    for piece in pieces:
        moved(len(piece))
        length += len(piece)
        if length > limit:
            raise NetworkProblem("too_long", limit=limit)
        out.append(piece)
    return b"".join(out)
