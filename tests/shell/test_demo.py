"""The demo: its headquarters ends with it however it ends, and a machine without a screen is told what it can do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fielddesk.shell.demo import EmbeddedHq
from fielddesk.sync.client import HttpHq

ROOT = Path(__file__).resolve().parents[2]


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the process under /proc")
def test_headquarters_ends_when_the_program_that_started_it_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, time; from pathlib import Path; from fielddesk.shell.demo import EmbeddedHq;"
            "hq = EmbeddedHq(Path(sys.argv[1]), demo=False); print(hq.child.pid, flush=True); time.sleep(100)",
            str(tmp_path / "hq"),
        ],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while is_alive(child):
        assert time.monotonic() < until, "headquarters outlived the program that started it"
        time.sleep(0.05)


@pytest.mark.slow
def test_headquarters_goes_away_and_comes_back_at_the_same_address(tmp_path: Path) -> None:
    hq = EmbeddedHq(tmp_path / "hq")
    try:
        assert set(hq.codes) >= {"engineer", "colleague", "dispatcher"}
        before = hq.address
        hq.pause()
        assert hq.child.poll() is not None
        hq.go_on()
        assert hq.address == before
        assert HttpHq(hq.address).address == before
        assert hq.child.poll() is None
    finally:
        hq.close()


def run(*words: str, seconds: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "fielddesk", *words], cwd=ROOT, capture_output=True, text=True, timeout=seconds,
        env=kept | environment,
    )  # fmt: skip


def test_help_tells_every_way_to_start() -> None:
    said = run("--help")
    assert said.returncode == 0
    for word in ("--enrol", "--demo", "--journey", "--language", "--theme", "--profile", "fielddesk.hq"):
        assert word in said.stdout


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these systems always have a screen")
def test_without_a_screen_it_says_what_can_be_done(tmp_path: Path) -> None:
    said = run(FIELDDESK_HOME=str(tmp_path))
    assert said.returncode == 2
    assert "--journey" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_without_a_screen_the_demo_walks_an_inspection_and_leaves_pictures_and_the_report(tmp_path: Path) -> None:
    said = run(
        "--demo", "--journey", str(tmp_path / "out"), seconds=380, FIELDDESK_HOME=str(tmp_path),
        FIELDDESK_LISTS=str(tmp_path),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-3000:]
    assert "Traceback" not in said.stderr
    pictures = sorted(path.stem[3:] for path in (tmp_path / "out").glob("*.png") if path.stem[:2].isdigit())
    for name in ("today", "questioned", "failed-with-drawing", "sign-off", "report", "sent", "orders-zh_CN-dark-100"):
        assert name in pictures
    [report] = (tmp_path / "out").glob("INS-*.pdf")
    text = subprocess.run(["pdftotext", str(report), "-"], capture_output=True, text=True, check=True).stdout
    for words in (report.stem, "Harbour Stamping", "Rod seal, main cylinder", "Kim Sørensen"):
        assert words in text
