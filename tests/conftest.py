"""Every test runs without a screen unless it asks for one, and no warning passes unseen (see pyproject.toml)."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

SLOW = Path(__file__).with_name("slow.txt")
"""What a measured run of the quick tests found to take most of its time."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A shared machine is slow at times; how long one example takes says nothing of what is true.
settings.register_profile("fielddesk", deadline=None)
settings.load_profile("fielddesk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes its time is left to the run of all tests: whatever asks PostgreSQL, whose server takes seconds to
    start, and what `tests/slow.txt` names. A name there without its parameters stands for all of them."""
    listed = set(SLOW.read_text(encoding="utf-8").split("\n"))
    for item in items:
        if item.nodeid in listed or item.nodeid.partition("[")[0] in listed:
            item.add_marker(pytest.mark.slow)
        asked = {"postgres", "office_on_postgresql"} & set(getattr(item, "fixturenames", ()))
        if asked or "postgresql" in item.name:
            item.add_marker(pytest.mark.slow)
        if item.nodeid.startswith("tests/ring/test_contents.py") and "[postgresql-" in item.nodeid:
            item.add_marker(pytest.mark.long)  # the same deaths as on SQLite, six seconds each


@pytest.fixture(autouse=True)
def keys_let_go() -> Iterator[None]:
    """Lift the keys a test left down: Qt keeps them where a key press ended its own widget, and the next test's
    choice of a row would be one with Ctrl held."""
    yield
    if "PySide6.QtWidgets" not in sys.modules:
        return  # most tests have no window, and headquarters' never load Qt
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    held = Qt.KeyboardModifier.NoModifier
    if QApplication.instance() is not None and QApplication.keyboardModifiers() != held:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Control, held)
