"""The program in a real session, heard by a reader of the screen: names, roles, rows, focus and what is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core import i18n
from fielddesk.features.people.rules import ENGINEER
from tests.features.pictures import every_scene
from tests.support.look import IN_EACH_LANGUAGE

ROOT = Path(__file__).parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
TOOLS = ("Xvfb", "dbus-run-session", "openbox", "xdotool")
READS = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
QUESTIONED = "Outside its limits: 12\N{NO-BREAK SPACE}bar too high. Measure again, or keep it and say why"
PLACES = (
    "today", "overview", "outside", "visit", "assets", "stock", "customers", "documents", "stages", "strategy",
    "sync", "import", "signing", "drawing", "settings",
)  # fmt: skip


def lacking() -> str:
    """The tools of the session that this machine has not, by name."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not Path("/usr/libexec/at-spi2-registryd").exists():
        missing.append("at-spi2-core")
    can = (
        shutil.which(SYSTEM_PYTHON)
        and not subprocess.run([SYSTEM_PYTHON, "-c", READS], capture_output=True, check=False).returncode
    )
    return ", ".join([*missing, *([] if can else ["python3-gi with gir1.2-atspi-2.0"])])


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(lacking()), reason=f"no session to be heard in without {lacking()}"),
    pytest.mark.timeout(600),
]


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of its own."""
    told, tell = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1400x900x24", "-nolisten", "tcp"], pass_fds=[tell],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(tell)
    with os.fdopen(told) as numbers:
        number = numbers.readline().strip()
    yield f":{number}"
    screen.terminate()
    screen.wait(20)


def heard(display: str, folder: Path, language: str, scenes: list[str]) -> dict[str, Any]:
    """What the reader heard of these scenes."""
    home, out = folder / "home", folder / "heard.json"
    home.mkdir()
    session = 'openbox & "$@"; said=$?; kill $!; exit $said'
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", session, "sh", SYSTEM_PYTHON, str(ROOT / "tests/support/reader.py"),
         str(out), *scenes, "--", sys.executable, "-m", "tests.support.heard_window", str(home), language],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
        env=os.environ | {
            "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONWARNINGS": "ignore",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert (told["ready"], told["found"], told["rc"]) == ("ready", True, 0), done.stderr[-3000:]
    return told


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
def test_a_reader_of_the_screen_is_told_of_every_control(display: str, tmp_path: Path, language: str) -> None:
    scenes = list(every_scene(ENGINEER)) if language == "en" else list(PLACES)
    told = heard(display, tmp_path, language, scenes)
    wrong = [f"{name}: {fault}" for name, scene in told["scenes"].items() for fault in scene["wrong"]]
    assert not wrong, "\n".join(wrong)
    assert list(told["scenes"]) == scenes
    assert all(scene["seen"] > 0 for scene in told["scenes"].values())
    for name, scene in told["scenes"].items():
        for table in scene["tables"]:
            assert table["name"], f"{name}: a {table['role']} without a name"
            for row, column, at, words in (table["is"] or {"cells": []})["cells"]:
                assert at == [row, column], f"{name}, {table['name']}: the cell says it is at {at}"
                assert words, f"{name}, {table['name']}: the cell at {at} says nothing"
    with i18n.speaking(language):
        assert told["toast"] == ["Note added"]
        focused = [name for name, _role in told["focused"]]
        assert i18n._("Search") in focused, "the keyboard comes by the search box, and it is said"
    assert all(name and role != "filler" for name, role in told["focused"])
    assert len(told["focused"]) >= 8
    if language == "en":
        assert QUESTIONED in told["scenes"]["outside"]["said"]
        movements = next(table for table in told["scenes"]["movements"]["tables"] if table["name"] == "Movements")
        assert [words.partition(":")[0] for _row, _column, _at, words in movements["is"]["cells"][:4]] == [
            "When", "What", "Quantity", "Place",
        ]  # fmt: skip
