"""The one key a profile is locked with: where it lies, what is derived from it, how a lost one comes back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from typing import Any, Literal, Protocol
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fielddesk.core.errors import StoreProblem

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

Purpose = Literal[
    "database", "journal", "files", "names", "partial", "drafts", "backups", "crash", "check", "key id", "header"
]  # fmt: skip
Secret = Literal["store-key", "device-token"]


def new_store_key() -> bytes:
    """Thirty-two random bytes; drawn once, at enrolment."""
    return secrets.token_bytes(KEY_BYTES)


def derived_key(key: bytes, purpose: bytes, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256; keys of different purposes or salts tell nothing about each other."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"fielddesk/1/" + purpose).derive(key)


class Keys:
    """The store key of an open profile and what is derived from it; never printed."""

    __slots__ = ("_derived", "_store_key", "key_id")

    def __init__(self, store_key: bytes) -> None:
        if len(store_key) != KEY_BYTES:
            raise ValueError(f"a store key has {KEY_BYTES} bytes")
        self._store_key = store_key
        self._derived: dict[str, bytes] = {}
        self.key_id = self.subkey("key id")[:16].hex()

    def subkey(self, purpose: Purpose) -> bytes:
        """Thirty-two bytes for this purpose alone."""
        if purpose not in self._derived:
            self._derived[purpose] = derived_key(self._store_key, purpose.encode())
        return self._derived[purpose]

    def __repr__(self) -> str:
        return f"Keys({self.key_id})"


class Cipher:
    """ChaCha20-Poly1305, and the processor afterwards as it was before.

    OpenSSL's Poly1305 for AVX-512 leaves the upper halves of the vector registers in use, and then whatever this
    thread does with plain SSE is several times slower (SQLite walked a table in 15 ms instead of 3) until other code
    clears them. SHA-512 does at its end, for half a microsecond.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def encrypt(self, nonce: bytes, text: bytes, bound_to: bytes | None) -> bytes:
        sealed = self._cipher.encrypt(nonce, text, bound_to)
        hashlib.sha512(b"").digest()
        return sealed

    def decrypt(self, nonce: bytes, sealed: bytes, bound_to: bytes | None) -> bytes:
        """InvalidTag where it is not exactly what was sealed."""
        try:
            return self._cipher.decrypt(nonce, sealed, bound_to)
        finally:
            hashlib.sha512(b"").digest()


class Box:
    """Seals single records under one key: what comes out is nonce, cipher text, tag.

    The nonce is computed from the key, the record and what it is bound to, not counted or drawn: a profile restored
    from a backup or cloned to a second laptop goes on from the same place, and a counted nonce would then cover two
    different records.
    """

    overhead = NONCE_BYTES + TAG_BYTES

    def __init__(self, key: bytes) -> None:
        self._nonce_key = derived_key(key, b"box nonce")
        self._cipher = Cipher(derived_key(key, b"box text"))

    def seal(self, text: bytes, bound_to: bytes) -> bytes:
        whole = b"".join((len(bound_to).to_bytes(8, "big"), bound_to, text))
        nonce = hmac.digest(self._nonce_key, whole, "sha256")[:NONCE_BYTES]
        return nonce + self._cipher.encrypt(nonce, text, bound_to)

    def unseal(self, sealed: bytes, bound_to: bytes) -> bytes | None:
        """The record, or None where it is not exactly what was sealed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError):
            return None


# ---------------------------------------------------------------- where the key lies


class KeyStore(Protocol):
    """Keeps the secrets of each account at each headquarters; raises StoreProblem key_store_missing or _locked.

    `account` is the user's id and never the login: the header names the entry, and whoever finds the laptop reads it.
    """

    def read(self, hq_id: str, account: str, which: Secret) -> str | None: ...

    def keep(self, hq_id: str, account: str, which: Secret, value: str) -> None: ...

    def forget(self, hq_id: str, account: str, which: Secret) -> None: ...


def kept_store_key(key_store: KeyStore, hq_id: str, account: str) -> bytes | None:
    """The store key of a profile; None where the key store has none. Something else there is key_store_damaged."""
    text = key_store.read(hq_id, account, "store-key")
    if text is None:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreProblem("key_store_damaged")
    return key


def keep_store_key(key_store: KeyStore, hq_id: str, account: str, store_key: bytes) -> None:
    key_store.keep(hq_id, account, "store-key", base64.b64encode(store_key).decode())


class MemoryKeyStore:
    """Keeps secrets until the program ends: for the throw-away demo profile and for tests."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def read(self, hq_id: str, account: str, which: Secret) -> str | None:
        return self._kept.get(_entry(hq_id, account, which))

    def keep(self, hq_id: str, account: str, which: Secret, value: str) -> None:
        self._kept[_entry(hq_id, account, which)] = value

    def forget(self, hq_id: str, account: str, which: Secret) -> None:
        self._kept.pop(_entry(hq_id, account, which), None)


class SystemKeyStore:
    """The key store of the system: Secret Service, KWallet, macOS Keychain, Windows Credential Locker.

    Only these: keyring also offers backends that write plain text, and then a stolen laptop is an open one.
    """

    service = "FieldDesk"
    _trusted = ("keyring.backends.SecretService", "keyring.backends.libsecret", "keyring.backends.kwallet",
                "keyring.backends.macOS", "keyring.backends.Windows")  # fmt: skip

    def __init__(self, backend: Any = None) -> None:
        self._backend = self._trustworthy(backend)

    def read(self, hq_id: str, account: str, which: Secret) -> str | None:
        kept = self._ask("get_password", self.service, _entry(hq_id, account, which))
        return None if kept is None else str(kept)

    def keep(self, hq_id: str, account: str, which: Secret, value: str) -> None:
        self._ask("set_password", self.service, _entry(hq_id, account, which), value)
        # A key store that forgets at once would cost the whole profile at the next start.
        if self.read(hq_id, account, which) != value:
            raise StoreProblem("key_store_missing", reason="forgets")

    def forget(self, hq_id: str, account: str, which: Secret) -> None:
        if self.read(hq_id, account, which) is not None:
            self._ask("delete_password", self.service, _entry(hq_id, account, which))

    def _trustworthy(self, backend: Any) -> Any:
        try:
            import keyring
            from keyring.backends.chainer import ChainerBackend

            chosen = keyring.get_keyring() if backend is None else backend
            several = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
        except Exception as error:
            raise StoreProblem("key_store_missing", reason=type(error).__name__) from error
        for one in several:
            if any(kind.__module__.startswith(self._trusted) for kind in type(one).__mro__):
                return one
        raise StoreProblem("key_store_missing", reason=type(several[0]).__module__ if several else "none")

    def _ask(self, question: str, *words: str) -> Any:
        try:
            return getattr(self._backend, question)(*words)
        except Exception as error:  # backends let errors of the bus and of the system through
            code = "key_store_locked" if type(error).__name__ == "KeyringLocked" else "key_store_missing"
            raise StoreProblem(code, reason=type(error).__name__) from None  # its text may hold the secret


def _entry(hq_id: str, account: str, which: Secret) -> str:
    return f"{quote(hq_id, safe='')}/{quote(account, safe='@')}/{which}"


# ---------------------------------------------------------------- sealed to headquarters

_SEALED = b"FDSEAL\x01"
_AUTHENTIC = KEY_BYTES + TAG_BYTES


def new_recovery_pair() -> tuple[bytes, bytes]:
    """Headquarters' recovery key: private part (kept apart, offline), public part (given at enrolment)."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def seal(store_key: bytes, recovery_public: bytes, *, hq_id: str) -> bytes:
    """Lock the store key so that only headquarters' recovery key opens it; kept in the profile as `key.sealed`."""
    name = hq_id.encode()
    passing = X25519PrivateKey.generate()
    head = b"".join((
        _SEALED, hashlib.sha256(recovery_public).digest()[:8], bytes.fromhex(Keys(store_key).key_id),
        passing.public_key().public_bytes_raw(), len(name).to_bytes(2, "big"), name,
    ))  # fmt: skip
    shared = _shared(passing, recovery_public)
    return head + Cipher(derived_key(shared, b"recovery", head)).encrypt(bytes(NONCE_BYTES), store_key, head)


def unseal(sealed: bytes, recovery_private: bytes, *, hq_id: str) -> bytes:
    """The store key, at headquarters.

    sealed_key_damaged: not what was written. sealed_key_foreign: of another headquarters, or sealed to another
    recovery key. sealed_key_newer: written by a newer version.
    """
    fixed = len(_SEALED) + 8 + 16 + 32 + 2
    if sealed[: len(_SEALED)] != _SEALED:
        newer = sealed[: len(_SEALED) - 1] == _SEALED[:-1] and sealed[len(_SEALED) - 1 : len(_SEALED)] > _SEALED[-1:]
        raise StoreProblem("sealed_key_newer" if newer else "sealed_key_damaged")
    length = int.from_bytes(sealed[fixed - 2 : fixed], "big")
    if len(sealed) != fixed + length + _AUTHENTIC:
        raise StoreProblem("sealed_key_damaged")
    head, text = sealed[: fixed + length], sealed[fixed + length :]
    private = X25519PrivateKey.from_private_bytes(recovery_private)
    public = private.public_key().public_bytes_raw()
    if head[fixed:] != hq_id.encode() or head[7:15] != hashlib.sha256(public).digest()[:8]:
        raise StoreProblem("sealed_key_foreign")
    shared = _shared(private, head[31:63])
    try:
        return Cipher(derived_key(shared, b"recovery", head)).decrypt(bytes(NONCE_BYTES), text, head)
    except InvalidTag:
        raise StoreProblem("sealed_key_damaged") from None


def _shared(private: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise StoreProblem("recovery_key_invalid") from None


# ---------------------------------------------------------------- typed by a person

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_GROUPS, _GROUP = 13, 5


def recovery_code(store_key: bytes) -> str:
    """The store key as thirteen groups of five letters and digits, the last of each group a check digit.

    No O, I, L or U. The four bits that 256 bits leave over are a checksum of the whole.
    """
    number = int.from_bytes(store_key, "big") << 4 | hashlib.sha256(store_key).digest()[0] >> 4
    values = [number >> shift & 31 for shift in range(255, -1, -5)]
    groups = (values[start : start + 4] for start in range(0, 52, 4))
    return "-".join(
        "".join(_LETTERS[value] for value in (*group, _check_digit(place, group)))
        for place, group in enumerate(groups, 1)
    )


def parse_recovery_code(text: str) -> bytes:
    """The store key out of what a person typed: any case, spacing or dashes, O for 0, I or L for 1.

    recovery_code_length (found, wanted), recovery_code_letter (letter), recovery_code_wrong (group from 1; 0 where
    each group is right by itself).
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(c for c in plain if not (c.isspace() or unicodedata.category(c) in ("Pd", "Po", "Pc", "Cf", "Sm")))
    kept = kept.translate(_MEANT)
    for letter in kept:
        if letter not in _LETTERS:
            raise StoreProblem("recovery_code_letter", letter=letter)
    if len(kept) != _GROUPS * _GROUP:
        raise StoreProblem("recovery_code_length", found=len(kept), wanted=_GROUPS * _GROUP)
    number = 0
    for place in range(1, _GROUPS + 1):
        *group, check = (_LETTERS.index(letter) for letter in kept[(place - 1) * _GROUP : place * _GROUP])
        if check != _check_digit(place, group):
            raise StoreProblem("recovery_code_wrong", group=place)
        for value in group:
            number = number << 5 | value
    key = (number >> 4).to_bytes(KEY_BYTES, "big")
    if number & 15 != hashlib.sha256(key).digest()[0] >> 4:
        raise StoreProblem("recovery_code_wrong", group=0)
    return key


def _check_digit(place: int, group: list[int]) -> int:
    """Finds each single wrong letter, each two that changed places, and groups that did.

    A weighted sum in the field of 32 elements (x^5 + x^2 + 1) whose weights all differ, and the group's place.
    """
    total = 0
    for value in group:
        total = _doubled(total ^ value)
    return total ^ place


def _doubled(value: int) -> int:
    return value << 1 ^ (0b100101 if value & 16 else 0)
