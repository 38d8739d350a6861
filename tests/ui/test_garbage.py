"""The collector of unreachable objects never works beside the main thread, whoever has turned it on meanwhile."""

from __future__ import annotations

import gc

from PySide6.QtWidgets import QApplication

from fielddesk.ui.tasks import Tasks


def test_threads_beside_widgets_are_started_with_the_collector_off(qapp: QApplication) -> None:
    gc.enable()
    tasks = Tasks(1)
    try:
        assert not gc.isenabled()
    finally:
        tasks.close()
