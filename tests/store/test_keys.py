"""The profile's key: kept by the system, told from a wrong one, and brought back by headquarters or a person."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import keyring.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.store import keys as k
from fielddesk.store.profile import check_key, read_header, write_header

KEY = bytes(range(32))
HQ = "hq-4711"
ACCOUNT = "anna@example.com"


def code_of(action: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(StoreProblem) as problem:
        action(*args, **named)
    return problem.value.code


# ---------------------------------------------------------------- derived keys


def test_each_purpose_has_a_key_of_its_own_that_stays_the_same() -> None:
    purposes = ("database", "journal", "files", "names", "partial", "drafts", "backups", "crash", "check", "key id")
    derived = {k.Keys(KEY).subkey(purpose) for purpose in purposes}
    assert len(derived) == len(purposes)
    assert KEY not in derived
    # Written down: another derivation would lock every profile there is.
    assert k.Keys(KEY).subkey("database").hex() == DATABASE_KEY
    assert k.Keys(KEY).key_id == KEY_ID


def test_a_key_is_never_printed() -> None:
    opened = k.Keys(KEY)
    opened.subkey("database")
    assert KEY.hex() not in repr(opened) + str(opened) + f"{opened}"
    assert repr(opened) == f"Keys({KEY_ID})"


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError):
        k.Keys(KEY[:16])
    assert len(k.new_store_key()) == 32
    assert k.new_store_key() != k.new_store_key()


# ---------------------------------------------------------------- sealed to headquarters


def test_headquarters_unseals_the_key_of_a_lost_key_store() -> None:
    private, public = k.new_recovery_pair()
    sealed = k.seal(KEY, public, hq_id=HQ)
    assert KEY not in sealed
    assert k.unseal(sealed, private, hq_id=HQ) == KEY
    assert k.seal(KEY, public, hq_id=HQ) != sealed


def test_a_sealed_key_of_another_headquarters_or_recovery_key_is_told_as_such() -> None:
    private, public = k.new_recovery_pair()
    other, _ = k.new_recovery_pair()
    sealed = k.seal(KEY, public, hq_id=HQ)
    assert code_of(k.unseal, sealed, private, hq_id="hq-other") == "sealed_key_foreign"
    assert code_of(k.unseal, sealed, other, hq_id=HQ) == "sealed_key_foreign"
    assert code_of(k.unseal, b"FDSEAL\x02" + sealed[7:], private, hq_id=HQ) == "sealed_key_newer"
    assert code_of(k.unseal, b"", private, hq_id=HQ) == "sealed_key_damaged"
    assert code_of(k.seal, KEY, bytes(32), hq_id=HQ) == "recovery_key_invalid"


def test_no_flipped_byte_and_no_cut_of_a_sealed_key_is_missed() -> None:
    private, public = k.new_recovery_pair()
    sealed = k.seal(KEY, public, hq_id=HQ)
    for at in range(len(sealed)):
        flipped = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert code_of(k.unseal, flipped, private, hq_id=HQ).startswith("sealed_key_")
        assert code_of(k.unseal, sealed[:at], private, hq_id=HQ) == "sealed_key_damaged"


# ---------------------------------------------------------------- typed by a person


def test_a_recovery_code_is_groups_without_letters_that_look_alike() -> None:
    assert k.recovery_code(KEY) == CODE
    assert not set(CODE) & set("OILU")


@given(st.binary(min_size=32, max_size=32))
def test_any_key_comes_back_from_its_code(key: bytes) -> None:
    assert k.parse_recovery_code(k.recovery_code(key)) == key


def test_case_spacing_and_look_alikes_are_forgiven() -> None:
    spoken = CODE.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert k.parse_recovery_code(spoken) == KEY
    assert k.parse_recovery_code(CODE.replace("-", "").replace("1", "I").replace("V", "u")) == KEY
    full_width = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else "\u3000" for c in CODE)
    assert k.parse_recovery_code("\ufeff" + full_width + "\n") == KEY


@settings(max_examples=200)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 64), st.integers(1, 31))
def test_one_wrong_letter_is_found_and_its_group_named(key: bytes, place: int, off: int) -> None:
    letters = list(k.recovery_code(key).replace("-", ""))
    letters[place] = ALPHABET[(ALPHABET.index(letters[place]) + off) % 32]
    with pytest.raises(StoreProblem) as problem:
        k.parse_recovery_code("".join(letters))
    assert (problem.value.code, problem.value.values) == ("recovery_code_wrong", {"group": place // 5 + 1})


@given(st.binary(min_size=32, max_size=32), st.integers(0, 63))
def test_two_letters_that_changed_places_are_found(key: bytes, place: int) -> None:
    letters = list(k.recovery_code(key).replace("-", ""))
    letters[place : place + 2] = letters[place + 1], letters[place]
    typed = "".join(letters)
    if letters[place] == letters[place + 1]:
        assert k.parse_recovery_code(typed) == key
    else:
        assert code_of(k.parse_recovery_code, typed) == "recovery_code_wrong"


@given(st.binary(min_size=32, max_size=32), st.permutations(range(13)))
def test_groups_in_another_order_are_found(key: bytes, order: list[int]) -> None:
    groups = k.recovery_code(key).split("-")
    typed = "-".join(groups[place] for place in order)
    if order == sorted(order):
        assert k.parse_recovery_code(typed) == key
    else:
        assert code_of(k.parse_recovery_code, typed) == "recovery_code_wrong"


def test_what_is_no_code_says_why() -> None:
    assert code_of(k.parse_recovery_code, "") == "recovery_code_length"
    assert code_of(k.parse_recovery_code, CODE[:-1]) == "recovery_code_length"
    assert code_of(k.parse_recovery_code, CODE + CODE) == "recovery_code_length"
    assert code_of(k.parse_recovery_code, "密" + CODE[1:]) == "recovery_code_letter"


# ---------------------------------------------------------------- the header


def headed(folder: Path) -> k.Keys:
    keys = k.Keys(KEY)
    write_header(folder, keys, hq_id=HQ, hq_url="https://hq.example", created_at=1_800_000_000_000_000)
    return keys


def test_the_header_tells_the_right_key_from_a_wrong_one_and_holds_nothing_secret(tmp_path: Path) -> None:
    keys = headed(tmp_path)
    header = read_header(tmp_path)
    assert (header.hq_id, header.hq_url, header.key_id) == (HQ, "https://hq.example", keys.key_id)
    check_key(header, keys)
    assert code_of(check_key, header, k.Keys(bytes(32))) == "wrong_key"
    text = (tmp_path / "profile.json").read_text()
    assert set(json.loads(text)) == {"format", "hq_id", "hq_url", "key_id", "created_at", "check", "sum"}
    assert KEY.hex() not in text
    if os.name == "posix":
        assert (tmp_path / "profile.json").stat().st_mode & 0o77 == 0


def test_no_flipped_byte_in_the_header_is_taken_for_a_wrong_key(tmp_path: Path) -> None:
    headed(tmp_path)
    path = tmp_path / "profile.json"
    good = path.read_bytes()
    for at in range(len(good) - 1):  # the last is the end of the line
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert code_of(read_header, tmp_path) == "header_damaged"
        path.write_bytes(good[:at])
        assert code_of(read_header, tmp_path) == "header_damaged"
    assert [each.name for each in tmp_path.iterdir()] == ["profile.json"]


def test_an_address_somebody_put_into_the_header_is_found_before_a_token_goes_there(tmp_path: Path) -> None:
    keys = headed(tmp_path)
    genuine = (tmp_path / "profile.json").read_bytes()
    write_header(tmp_path, k.Keys(bytes(32)), hq_id=HQ, hq_url="https://evil.example", created_at=0)
    forged = json.loads((tmp_path / "profile.json").read_bytes())
    forged["key_id"] = json.loads(genuine)["key_id"]
    del forged["sum"]
    forged["sum"] = canonical.digest(canonical.dumps(forged))
    (tmp_path / "profile.json").write_text(canonical.dumps(forged))
    assert code_of(check_key, read_header(tmp_path), keys) == "header_changed"


def test_a_missing_a_foreign_and_a_newer_header_each_say_so(tmp_path: Path) -> None:
    assert code_of(read_header, tmp_path) == "header_missing"
    for strange in (b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"sum":"x"}', b'{"sum":1,"format":1}'):
        (tmp_path / "profile.json").write_bytes(strange)
        assert code_of(read_header, tmp_path) == "header_damaged"
    headed(tmp_path)
    newer = json.loads((tmp_path / "profile.json").read_bytes()) | {"format": 2}
    del newer["sum"]
    newer["sum"] = canonical.digest(canonical.dumps(newer))
    (tmp_path / "profile.json").write_text(canonical.dumps(newer))
    assert code_of(read_header, tmp_path) == "profile_newer"


# ---------------------------------------------------------------- key stores


def test_the_demo_keeps_its_key_in_memory_and_forgets_it_with_the_program() -> None:
    store = k.MemoryKeyStore()
    k.keep_store_key(store, HQ, ACCOUNT, KEY)
    store.keep(HQ, ACCOUNT, "device-token", "token")
    assert k.kept_store_key(store, HQ, ACCOUNT) == KEY
    assert k.kept_store_key(store, HQ, "bob") is None
    assert k.kept_store_key(store, f"{HQ}/anna@example.com", "") is None
    store.forget(HQ, ACCOUNT, "store-key")
    assert k.kept_store_key(store, HQ, ACCOUNT) is None
    assert store.read(HQ, ACCOUNT, "device-token") == "token"
    assert k.kept_store_key(k.MemoryKeyStore(), HQ, ACCOUNT) is None


def test_something_else_under_the_name_of_the_key_is_damage_not_a_key() -> None:
    store = k.MemoryKeyStore()
    for strange in ("", "password", "AAAA", "密"):
        store.keep(HQ, ACCOUNT, "store-key", strange)
        assert code_of(k.kept_store_key, store, HQ, ACCOUNT) == "key_store_damaged"


class PlainFile(keyring.backend.KeyringBackend):
    """Stands for the backends that write plain text, and would be chosen first."""

    priority = 99  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("never asked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("never asked")


class Faulty(keyring.backends.SecretService.Keyring):
    """A Secret Service that answers as it is told to."""

    priority = 0.1  # type: ignore[assignment]
    error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error:
            raise self.error


def chained(*backends: Any) -> Any:
    class Chain(keyring.backends.chainer.ChainerBackend):
        priority = -1  # type: ignore[assignment]

    Chain.backends = list(backends)  # type: ignore[assignment]
    return Chain()


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), PlainFile(), chained(), chained(PlainFile())],
    ids=["none", "null", "plain text", "empty chain", "plain text in a chain"],
)
def test_without_a_real_key_store_nothing_is_kept_anywhere(backend: Any) -> None:
    assert code_of(k.SystemKeyStore, backend) == "key_store_missing"


def test_a_chain_is_asked_for_its_trustworthy_part_only() -> None:
    store = k.SystemKeyStore(chained(PlainFile(), Faulty()))
    assert store.read(HQ, ACCOUNT, "store-key") is None


def test_a_key_store_that_forgets_at_once_is_none() -> None:
    assert code_of(k.keep_store_key, k.SystemKeyStore(Faulty()), HQ, ACCOUNT, KEY) == "key_store_missing"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (keyring.errors.KeyringLocked("dismissed"), "key_store_locked"),
        (keyring.errors.InitError("no bus"), "key_store_missing"),
        (keyring.errors.PasswordSetError("secret in the text"), "key_store_missing"),
        (OSError("bus gone"), "key_store_missing"),
    ],
)
def test_whatever_the_key_store_raises_becomes_a_sentence_without_the_secret(error: Exception, code: str) -> None:
    backend = Faulty()
    backend.error = error
    with pytest.raises(StoreProblem) as problem:
        k.SystemKeyStore(backend).keep(HQ, ACCOUNT, "device-token", "very-secret")
    assert problem.value.code == code
    assert "secret" not in str(problem.value)
    assert problem.value.__cause__ is None


STORY = """
import sys
from fielddesk.core.errors import StoreProblem
from fielddesk.store import keys as k
try:
    store = k.SystemKeyStore()
    if sys.argv[1] == "keep":
        k.keep_store_key(store, "hq-4711", "anna@example.com", bytes(range(32)))
        store.keep("hq-4711", "anna@example.com", "device-token", "a token")
        store.keep("hq-4711", "bob", "device-token", "another")
    print(k.kept_store_key(store, "hq-4711", "anna@example.com") == bytes(range(32)),
          store.read("hq-4711", "anna@example.com", "device-token"))
    if sys.argv[1] == "forget":
        store.forget("hq-4711", "anna@example.com", "device-token")
        store.forget("hq-4711", "anna@example.com", "device-token")
        print(store.read("hq-4711", "anna@example.com", "device-token"), store.read("hq-4711", "bob", "device-token"))
except StoreProblem as problem:
    print(problem.code)
"""


def told_by(story: str, folder: Path, *before: str, after: str = "keep") -> list[str]:
    """Run the story in a process of its own whose home is this folder."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("DBUS", "XDG", "PYTHON"))}
    environment |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    script = folder / "story.py"
    script.write_text(story)
    done = subprocess.run(
        [*before, sys.executable, str(script), after], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="Secret Service is the key store of Linux")
def test_the_real_secret_service_keeps_key_and_token_over_processes(tmp_path: Path) -> None:
    assert shutil.which("gnome-keyring-daemon"), "the tests need the Debian package gnome-keyring"
    script = tmp_path / "session.sh"
    script.write_text(
        'printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n"$@"\n"$1" "$2" forget\n'
    )
    said = told_by(STORY, tmp_path, "dbus-run-session", "--", "sh", str(script))
    assert said == ["True a token", "True a token", "None another"]
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".keyring"]
    assert left
    assert not any(b"a token" in path.read_bytes() for path in left)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system always has a key store")
def test_without_a_secret_service_there_is_a_clear_error_and_no_file(tmp_path: Path) -> None:
    assert told_by(STORY, tmp_path) == ["key_store_missing"]
    assert told_by(STORY, tmp_path, "dbus-run-session", "--") == ["key_store_missing"]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "story.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="the configuration is read the same way everywhere")
def test_a_plain_text_backend_in_the_user_s_configuration_is_refused(tmp_path: Path) -> None:
    backend = (
        "import keyring.backend\n\n\nclass Plain(keyring.backend.KeyringBackend):\n    priority = 9\n"
        "    def get_password(self, service, username): return None\n"
        "    def set_password(self, service, username, password): open('plain', 'w').write(password)\n"
    )
    (tmp_path / "plainfile.py").write_text(backend)
    (tmp_path / ".config" / "python_keyring").mkdir(parents=True)
    (tmp_path / ".config" / "python_keyring" / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=plainfile.Plain\nkeyring-path={tmp_path}\n"
    )
    assert told_by(STORY, tmp_path) == ["key_store_missing"]
    assert not (tmp_path / "plain").exists()


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATABASE_KEY = "2fcdeb103c6b9b927f564b5384811a03373e5cecd2cd9bb6fcb62565e6d8b2f6"
KEY_ID = "6d572174a83e355e820b87b55e86cf79"
CODE = "000G4-40R4F-0M30Y-E209X-185GE-R38EY-1W81B-24GK1-2GAHJ-C5RR3-34D18-P70XC-3RFPP"
