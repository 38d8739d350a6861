"""File names made from untrusted text, and the places FieldDesk looks in."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fielddesk.core import paths


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Protokoll 2026-11.pdf", "Protokoll 2026-11.pdf"),
        ("维修记录.pdf", "维修记录.pdf"),
        ("../../x", "_.._.._x"),
        ("..\\..\\x", "_.._.._x"),
        ("/etc/passwd", "_etc_passwd"),
        ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("LPT¹ .log", "_LPT¹ .log"),
        ("console.txt", "console.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\0b\r\nc\ud800", "ab  c"),
        ("name. . .", "name"),
        (".bashrc", "_.bashrc"),
        ("-rf", "_-rf"),
        ("stream.txt:secret", "stream.txt_secret"),
        ("", "file"),
        (" .. ", "file"),
        ("\u202e\u200b", "file"),
        ("///", "file"),
    ],
)
def test_a_strange_name_becomes_a_harmless_one(text: str, name: str) -> None:
    assert paths.safe_name(text) == name


def test_a_name_of_three_hundred_characters_keeps_its_ending() -> None:
    for letter in ("x", "阀", "\N{WRENCH}"):
        name = paths.safe_name(letter * 300 + ".pdf")
        assert name.endswith(letter + ".pdf")
        assert len(name.encode()) <= paths.NAME_BYTES
    assert len(paths.safe_name("x." + "y" * 300)) == paths.NAME_BYTES


@given(st.text(max_size=300))
@example("aux" * 100 + " .")
@example("x" * 179 + ". .")
@example("_" * 175 + "阀.阀阀阀阀阀")
def test_any_text_gives_a_name_that_is_safe_and_stays_itself(text: str) -> None:
    name = paths.safe_name(text)
    assert paths.safe_name(name) == name
    assert Path(name).name == name
    assert 0 < len(name.encode()) <= paths.NAME_BYTES
    assert not re.search(r'[/\\:*?"<>|\x00-\x1f\x7f]', name)
    assert not name.startswith((".", "-", " ", "~"))
    assert not name.endswith((".", " "))
    assert not any(unicodedata.category(letter) in ("Cf", "Cs", "Cc") for letter in name)


def test_a_name_made_safe_can_be_written(tmp_path: Path) -> None:
    for text in ("../../x", "CON", "x" * 300, "\u202eexe.txt", "阀" * 300 + ".pdf"):
        (tmp_path / paths.safe_name(text)).write_text("here")
    assert len(list(tmp_path.iterdir())) == 5


def test_a_profile_folder_is_stable_told_apart_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIELDDESK_HOME", str(tmp_path))
    folder = paths.profile_folder("hq-1", "anna@example.com")
    assert folder == tmp_path / "profiles" / "pvh6wcomkjuwafngruo7o4y5"
    assert paths.profile_folder("hq-1", "anna@example.co") != folder
    assert paths.profile_folder("hq-1a", "nna@example.com") != folder
    assert paths.profile_name("hq", "Ju\u0308rgen") == paths.profile_name("hq", "J\u00fcrgen")
    assert paths.profile_name("../..", "\ud800/\0").isalnum()


def test_without_a_home_of_its_own_profiles_lie_where_the_system_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIELDDESK_HOME", raising=False)
    folder = paths.profiles_folder()
    assert folder.is_absolute()
    assert "FieldDesk" in folder.parts


def test_an_installed_package_carries_its_resources_and_a_checkout_has_them_beside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = Path(__file__).resolve().parents[2]
    assert paths.resources() == root / "resources"
    assert paths.migrations() == root / "migrations"
    for name in ("_resources", "_migrations"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path)
    assert paths.resources() == tmp_path / "_resources"
    assert paths.migrations() == tmp_path / "_migrations"
