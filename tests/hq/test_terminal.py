"""The command line of headquarters answers a stranger in sentences, whatever the verb and whatever is wrong."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from fielddesk.hq import terminal
from fielddesk.hq.__main__ import main
from fielddesk.hq.terminal import terminal_words

LIST = "part_number,title,category,source,year\n3001,Brick 2 x 4,Brick,LDraw,1990\n"
VERBS: dict[str, list[str]] = {
    "serve": ["--port", "0"],
    "import": ["parts.csv"],
    "enrol-code": ["eve"],
    "add-user": ["eve", "Eve", "service_engineer"],
    "devices": [],
    "revoke": ["0" * 32],
    "held": [],
    "release": ["0" * 32],
    "void": ["0" * 32],
    "restored": [],
    "recover-key": ["key.sealed"],
}
"""Every verb but `found`, with words that it takes."""
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|\w+\(.*=|Traceback|Error\b")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a list and a sealed key that is none."""
    (tmp_path / "parts.csv").write_text(LIST)
    (tmp_path / "key.sealed").write_bytes(b"no key")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a verb that cannot be done says: exit code 2 and a sentence, no code and no traceback."""
    capsys.readouterr()
    assert main(words) == 2, words
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("fielddesk-hq: "), shown.err
    sentence = shown.err.removeprefix("fielddesk-hq: ").strip()
    plain = re.sub(r"--[a-z-]+|/\S+|\S+\.(csv|sealed|pem)|part_number", "", sentence)
    assert not CODE.search(plain), sentence
    return sentence


@pytest.mark.parametrize("verb", VERBS)
def test_before_it_is_founded_every_verb_shows_the_line_that_founds_it_and_makes_nothing(
    verb: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = said(capsys, "--data", "hq", verb, *VERBS[verb])
    assert words.startswith("There is no headquarters in hq yet.")
    assert words.endswith('--data hq found "Service North" admin "Ada Lovelace"')
    assert not (place / "hq").exists()


@pytest.mark.parametrize("verb", ["found", *VERBS])
def test_a_folder_that_cannot_be_used_is_said(verb: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "file").write_text("in the way")
    for data in ("file/hq", "/proc/nowhere/hq"):
        words = said(capsys, "--data", data, verb, *VERBS.get(verb, ["North", "admin", "Ada"]))
        assert "cannot be used" in words or "There is no headquarters" in words


@pytest.mark.parametrize("verb", ["found", *VERBS])
def test_a_file_that_is_no_database_is_said(verb: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "hq").mkdir()
    (place / "hq" / "headquarters.db").write_bytes(b"no database at all. " * 500)
    assert "is damaged or no database" in said(
        capsys, "--data", "hq", verb, *VERBS.get(verb, ["North", "admin", "Ada"])
    )


def test_a_database_server_that_is_not_there_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        url = f"postgresql://admin:secret@127.0.0.1:{port}/desk"
        words = said(capsys, "--database", url, "devices")
        assert words.startswith("The database does not answer")
        assert "secret" not in words
    assert "cannot be read" in said(capsys, "--database", "no address", "devices")


def test_files_are_looked_for_before_a_database_is_opened(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["import", "gone.csv"], ["recover-key", "gone.csv"], ["serve", "--tls-cert", "gone.csv"]):
        assert said(capsys, "--data", "hq", *words) == "There is no file gone.csv."
    assert "cannot be read" in said(capsys, "--data", "hq", "import", ".")
    assert not (place / "hq").exists()


def test_what_headquarters_refuses_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(*words: str) -> str:
        return said(capsys, "--data", "hq", *words)

    assert main(["--data", "hq", "found", "North", "admin", "Ada"]) == 0
    assert "founded already" in refused("found", "North", "admin", "Ada")
    assert "Nobody here signs in as “eve”" in refused("enrol-code", "eve")
    assert "Nobody here signs in as “eve”" in refused("import", "parts.csv", "--by", "eve")
    assert "already" in refused("add-user", "admin", "Ada", "administrator")
    assert "small letters" in refused("add-user", "Eve Smith", "Eve", "service_engineer")
    assert "name is empty" in refused("add-user", "eve", " ", "service_engineer")
    assert "Too long" in refused("add-user", "eve", "E" * 5000, "service_engineer")
    assert "No laptop" in refused("revoke", "0" * 32)
    assert "Nothing that waits" in refused("release", "0" * 32)
    assert "Nothing that waits" in refused("void", "abc")
    assert "no key.sealed" in refused("recover-key", "key.sealed")
    assert "no list" in refused("import", "key.sealed")
    (place / "half.csv.gz").write_bytes(b"\x1f\x8b\x08 and no more")
    assert "cannot be read to its end" in refused("import", "half.csv.gz")
    assert "only this machine" in refused("--host", "0.0.0.0", "serve")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        assert f"port {taken}" in refused("--port", taken, "serve")
    assert "no such port" in refused("--port", "99999", "serve")
    assert "belong together" in refused("--tls-cert", "parts.csv", "--tls-key", "parts.csv", "--port", "0", "serve")


def test_lists_are_taken_in_one_after_the_other(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", "hq", "found", "North", "admin", "Ada"]) == 0
    assert main(["--data", "hq", "import", "parts.csv", "parts.csv"]) == 0
    out = capsys.readouterr().out
    assert "parts.csv: 1 rows, 1 taken, 0 unchanged, 0 refused" in out
    assert "parts.csv: 1 rows, 0 taken, 1 unchanged, 0 refused" in out


def test_a_database_of_a_newer_version_is_left_alone(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import contextlib

    import sqlcipher3

    assert main(["--data", "hq", "found", "North", "admin", "Ada"]) == 0
    with contextlib.closing(sqlcipher3.connect("hq/headquarters.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer FieldDesk" in said(capsys, "--data", "hq", "devices")


def test_every_code_that_the_command_line_can_meet_has_a_sentence() -> None:
    source = Path(terminal.__file__).parents[1]
    found: set[str] = set()
    names = [
        "hq/__main__.py", "hq/admin.py", "hq/importer.py", "hq/terminal.py", "hq/transactions.py",
        "features/people/actions.py", "store/connect.py",
    ]  # fmt: skip
    for name in names:
        text = (source / name).read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:RuleBroken|StoreProblem|Refused)\(\s*(?:503, )?"([a-z_]+)"', text))
    text = (source / "hq/service.py").read_text(encoding="utf-8")
    found |= set(re.findall(r'RuleBroken\("([a-z_]+)"', text))
    found |= {"sealed_key_newer", "sealed_key_damaged", "sealed_key_foreign", "recovery_key_invalid"}
    found |= {code for _words, code in __import__("fielddesk.store.connect", fromlist=["_SIGNS"])._SIGNS}
    assert sorted(found - set(terminal._SENTENCES)) == []


def test_a_code_without_a_sentence_is_still_readable() -> None:
    from fielddesk.core.errors import RuleBroken

    words = terminal_words(RuleBroken("something_new", id="1"))
    assert words == "Headquarters said no to this: something new (id: 1)."
