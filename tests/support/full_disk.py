"""Run in a name space of its own: a profile on a file system of 6 MB that is full at every moment once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fielddesk.core.errors import StoreProblem
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order
from fielddesk.features.workorders.model import Note
from fielddesk.store.actions import call
from tests.support.laptops import kept, new_laptop, open_again, some_id


def main(place: Path) -> None:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(place)], check=True)
    folder, ballast = place / "profile", place / "ballast"
    store = new_laptop(folder, role=DISPATCHER)
    order = store.do(
        call(create_order, number="WO-A7-2027-1", kind="repair", title="Leak", customer_id=some_id("customer"))
    ).results[0]
    saved: list[str] = []
    refused: set[str] = set()
    for round_ in range(6):
        fill(ballast)
        for number in range(200):
            text = f"{round_}.{number} " + "x" * 2_000
            try:
                store.do(call(add_note, order_id=order, text=text))
            except StoreProblem as problem:
                refused.add(problem.code)
                break
            saved.append(text)
        if round_ % 2:
            store.close()
            try:
                store = open_again(folder)
            except StoreProblem as problem:
                refused.add(problem.code)
                ballast.unlink()
                store = open_again(folder)
        ballast.unlink(missing_ok=True)
        store.do(call(add_note, order_id=order, text=f"{round_} after"))
        saved.append(f"{round_} after")
        assert sorted(saved) == sorted(row.text for row in kept(store, Note)), "something is missing or there twice"  # type: ignore[attr-defined]
    store.close()
    store = open_again(folder)
    assert sorted(saved) == sorted(row.text for row in kept(store, Note))  # type: ignore[attr-defined]
    store.close()
    assert refused == {"disk_full"}, refused
    print(*refused, len(saved))


def fill(ballast: Path) -> None:
    try:
        with ballast.open("wb") as file:
            while True:
                file.write(bytes(64 * 1024))
                file.flush()
    except OSError:
        size = ballast.stat().st_size
        with ballast.open("r+b") as file:
            file.truncate(max(0, size - 200 * 1024))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
