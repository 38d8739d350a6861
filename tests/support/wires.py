"""A local server that answers as told: byte by byte, lying about lengths, cutting, stalling, with any certificate."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fielddesk.sync.protocol import CONTENT_TYPE


@dataclass
class Asked:
    """A question as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def words(self) -> dict[str, Any]:
        return json.loads(gzip.decompress(self.body))


Behave = Callable[[socket.socket, Asked], bool | None]
"""Answers on the socket; True keeps the connection open for another question."""


def reply(words: Any, status: str = "200 OK", kind: str = CONTENT_TYPE, packed: bool = True, **headers: str) -> bytes:
    """A whole HTTP answer."""
    body = words if isinstance(words, bytes) else json.dumps(words).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}"]
    if packed:
        body = gzip.compress(body)
        lines.append("Content-Encoding: gzip")
    named = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines += [f"{name}: {value}" for name, value in named.items() if value]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def hello_words(asked: Asked, **changes: Any) -> dict[str, Any]:
    """What headquarters says to a hello."""
    words = asked.words
    echo = {"hq_id": "hq", "epoch": 1, "nonce": words["nonce"], "incarnation": words["incarnation"]}
    return echo | {"protocols": [1], "accepts": {}, "now": 5} | changes


def well(line: socket.socket, asked: Asked) -> bool:
    """Headquarters as it should be."""
    line.sendall(reply(hello_words(asked)))
    return True


@dataclass
class Server:
    """Listens on a loopback port; each question is met by `behave`, in a thread of its connection."""

    behave: Behave = well
    context: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    errors: list[BaseException] = field(default_factory=list)
    """What went wrong while answering; a client that hangs up is expected to leave one."""

    def __enter__(self) -> Server:
        self.ended = threading.Event()
        self.hung_up = threading.Semaphore(0)
        self._listener = socket.create_server((self.host, 0))
        self._threads: list[threading.Thread] = []
        self._lines: list[socket.socket] = []
        self._serve(self._accept)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.ended.set()
        for line in (self._listener, *self._lines):
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # never connected, or gone already
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._listener.close()

    @property
    def address(self) -> str:
        return f"{'https' if self.context else 'http'}://{self.host}:{self._listener.getsockname()[1]}"

    def _serve(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._lines.append(line)
            self._serve(lambda line=line: self._talk(line))

    def _talk(self, line: socket.socket) -> None:
        try:
            if self.context is not None:
                line = self.context.wrap_socket(line, server_side=True)
                self._lines.append(line)
            with line:
                while (asked := _question(line)) is not None:
                    self.asked.append(asked)
                    if not self.behave(line, asked):
                        break
        except (OSError, ValueError) as error:
            self.errors.append(error)
        finally:
            line.close()
            self.hung_up.release()


def _question(line: socket.socket) -> Asked | None:
    with line.makefile("rb", buffering=0) as raw:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = raw.read(1)
            if not byte:
                return None
            head += byte
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = dict(each.split(": ", 1) for each in rest if each)
        body = b""
        while len(body) < int(headers.get("Content-Length", 0)):
            piece = raw.read(int(headers["Content-Length"]) - len(body))
            if not piece:
                return None
            body += piece
    method, path, _version = first.split(" ")
    return Asked(method, path, headers, body)


def certificate(
    folder: Path, name: str = "127.0.0.1", *, valid: tuple[int, int] = (-1, 1), issuer: Path | None = None
) -> Path:
    """A self-made certificate with its key, in one PEM file; `valid` in days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        other: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        other = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=valid[0]))
        .not_valid_after(now + datetime.timedelta(days=valid[1]))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}-{made.serial_number}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls(pem: Path) -> ssl.SSLContext:
    """A server context for a certificate made by `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
