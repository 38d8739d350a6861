"""One window per profile: the second start is told, finds the first, and a dead one holds nothing."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fielddesk.core.errors import StoreProblem
from fielddesk.store.instance import ask_to_front, take

STORY = """
import sys
from pathlib import Path
from fielddesk.store.instance import take
instance = take(Path(sys.argv[1]))
instance.listen(lambda: print("to the front", flush=True))
print("open", flush=True)
sys.stdin.read()
instance.release()
"""


@pytest.fixture
def first(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", STORY, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        yield child
        child.kill()


def test_a_second_start_is_told_who_is_there_and_brings_it_to_the_front(
    first: subprocess.Popen[str], tmp_path: Path
) -> None:
    with pytest.raises(StoreProblem) as problem:
        take(tmp_path)
    assert (problem.value.code, problem.value.values["pid"]) == ("already_open", first.pid)
    for _ in range(3):
        assert ask_to_front(tmp_path)
        assert first.stdout is not None
        assert first.stdout.readline() == "to the front\n"


def test_an_instance_that_was_killed_holds_nothing(first: subprocess.Popen[str], tmp_path: Path) -> None:
    first.kill()
    first.wait()
    assert not ask_to_front(tmp_path, wait_s=0)
    with take(tmp_path) as instance:
        assert json.loads((tmp_path / "lock").read_bytes())["pid"] != first.pid
        called = threading.Event()
        instance.listen(called.set)
        assert ask_to_front(tmp_path)
        assert called.is_set()


def test_an_instance_that_closed_lets_the_next_one_in(first: subprocess.Popen[str], tmp_path: Path) -> None:
    assert first.stdin is not None
    first.stdin.close()
    assert first.wait(10) == 0
    assert (tmp_path / "lock").read_bytes() == b""
    for _ in range(2):
        with take(tmp_path):
            pass


def test_a_second_start_in_the_same_process_is_told_too(tmp_path: Path) -> None:
    with take(tmp_path / "profile"):
        for _ in range(2):
            with pytest.raises(StoreProblem) as problem:
                take(tmp_path / "profile")
            assert problem.value.code == "already_open"
        with take(tmp_path / "another profile"):
            pass
    with take(tmp_path / "profile"):
        pass


def test_a_child_process_does_not_keep_the_profile_of_its_dead_parent(tmp_path: Path) -> None:
    story = (
        "import subprocess, sys\nfrom pathlib import Path\nfrom fielddesk.store.instance import take\n"
        "instance = take(Path(sys.argv[1]))\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdout=subprocess.DEVNULL)\n"
        "print('started', flush=True)\nsys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", story, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        parent.kill()
        parent.wait()
        with take(tmp_path):  # the grandchild still lives: it reads the pipe that closes with this block
            pass


def test_whoever_does_not_know_the_word_is_not_heard(tmp_path: Path) -> None:
    heard: list[str] = []
    with take(tmp_path) as instance:
        instance.listen(lambda: heard.append("called"))
        said = json.loads((tmp_path / "lock").read_bytes())
        for words in (
            b"raise\n",
            b"\n",
            b"",
            b"GET / HTTP/1.1\r\n\r\n",
            b"x" * 100_000,
            said["token"].encode()[:-1] + b"\n",
        ):
            with socket.create_connection(("127.0.0.1", said["port"]), timeout=5) as stranger:
                heard_back = b""
                with contextlib.suppress(OSError):  # it may be hung up on before it has said everything
                    stranger.sendall(words)
                    stranger.shutdown(socket.SHUT_WR)
                    heard_back = stranger.recv(10)
                assert heard_back == b""
        assert heard == []
        assert ask_to_front(tmp_path)
        assert heard == ["called"]


def test_a_lock_file_full_of_rubbish_neither_opens_nor_breaks_anything(tmp_path: Path) -> None:
    for rubbish in (
        b"",
        b"\xff" * 300,
        b"[]",
        b'{"port": "x", "token": 1}',
        b'{"port": 99999999, "token": ""}',
        b'{"port": 1}',
    ):
        (tmp_path / "lock").write_bytes(rubbish)
        assert not ask_to_front(tmp_path, wait_s=0)
        with take(tmp_path):
            (tmp_path / "lock").write_bytes(rubbish)
            with pytest.raises(StoreProblem) as problem:
                take(tmp_path)
            assert problem.value.values["pid"] is None
    assert not ask_to_front(tmp_path / "nowhere", wait_s=0)


def test_a_start_that_comes_a_moment_too_early_waits_for_the_first_to_listen(tmp_path: Path) -> None:
    with take(tmp_path) as instance:
        answers: list[bool] = []
        asking = threading.Thread(target=lambda: answers.append(ask_to_front(tmp_path, wait_s=30)))
        asking.start()
        instance.listen(lambda: None)
        asking.join(30)
        assert answers == [True]
