"""What a start loads: nothing that nobody has asked for yet, so that the first list is there in half a second."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import pytest

LATER = (
    "typst", "pyqtgraph", "numpy", "openpyxl", "zxingcpp", "dateutil", "icalendar", "charset_normalizer", "requests",
    "alembic", "keyring", "babel", "pydantic", "fastapi", "PIL", "PySide6.QtNetwork", "PySide6.QtPrintSupport",
    "PySide6.QtMultimedia", "PySide6.QtSvg",
    "fielddesk.hq", "fielddesk.sync.engine", "fielddesk.sync.client", "fielddesk.store.migrate",
    "fielddesk.features.lists.queries", "fielddesk.features.inspections.panel.run",
    "fielddesk.features.inspections.panel.checklist", "fielddesk.features.inspections.page.place",
    "fielddesk.features.documents.page.place", "fielddesk.features.workorders.panel.sign_off",
    "fielddesk.features.sync_centre.page", "fielddesk.features.settings.page", "fielddesk.ui.plots",
    "fielddesk.shell.journey", "fielddesk.shell.tray", "fielddesk.shell.enrolment",
)  # fmt: skip
"""Loaded when they are first wanted."""


@cache
def _loaded() -> frozenset[str]:
    code = (
        "import sys\n"
        "from fielddesk.app import application\n"
        "from fielddesk.shell.opening import load\n"
        "load(); application()\n"
        "from fielddesk.shell import places, window, work\n"
        "from fielddesk.ui.seams import Offers\n"
        "places.offers(None, None, None)\n"
        "print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_environment(), check=True)
    return frozenset(done.stdout.split())


def _environment() -> dict[str, str]:
    return os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


@pytest.mark.parametrize("name", LATER)
def test_it_is_not_loaded_before_it_is_wanted(name: str) -> None:
    assert name not in _loaded()


def test_the_places_themselves_are_there() -> None:
    assert {"fielddesk.features.workorders.page", "fielddesk.shell.window", "PySide6.QtWidgets"} <= _loaded()
