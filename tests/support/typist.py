"""A program of its own in which somebody types into a running inspection until it is killed: `python -m … FOLDER`.

After each keystroke it tells on its standard output what stands in the field by now, and when; after each answer that
it is handed over. Whoever reads it knows what a kill at any moment may not lose.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fielddesk.core.clock import FixedClock
from fielddesk.features.inspections.page import InspectionsPage
from fielddesk.features.inspections.panel import Running
from fielddesk.store.lanes import ThreadWriter
from fielddesk.ui import theme
from tests.support.benches import Workplace
from tests.support.laptops import open_again
from tests.support.machine import INSPECTION, NOON

BETWEEN_KEYS_MS = 60


def tell(**said: object) -> None:
    print(json.dumps({"at": time.monotonic(), **said}), flush=True)


def typed(key: str) -> str:
    """What is typed for an item."""
    return "98.25" if key.startswith("n") else f"Finding at {key}: worn, oil runs along the rod"


def work_on(run: Running, place: Workplace) -> None:
    """Answer the item in front, letter by letter, and go on."""
    card = run.card
    assert card is not None
    field = card.answer.field
    assert field is not None
    key = card.item.key
    for letter in typed(key)[len(field.text()) :]:
        QTest.keyClicks(field.editor, letter)
        tell(item=key, text=field.text())
        QTest.qWait(BETWEEN_KEYS_MS)
    number = key.startswith("n")
    held = Qt.KeyboardModifier.NoModifier if number else Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(field.editor, Qt.Key.Key_Return, held)
    place.settle()
    tell(item=key, answered=typed(key))


def main(folder: Path) -> None:
    app = QApplication([])
    theme.start(app)
    store = open_again(folder, clock=FixedClock(at=NOON), writer=ThreadWriter)
    place = Workplace(store)
    place.desk.show()
    place.desk.activateWindow()
    page = place.open("inspections")
    assert isinstance(page, InspectionsPage)
    page.run(INSPECTION)
    place.settle()
    assert page.running.card is not None
    tell(ready=page.running.card.item.key)
    while page.running.card is not None and page.running.card.item.key != "end":
        work_on(page.running, place)
    tell(finished=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
