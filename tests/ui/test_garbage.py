"""The collector of unreachable objects never works beside the main thread, whoever has turned it on meanwhile."""

from __future__ import annotations

import gc

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fielddesk.ui.tasks import Tasks
from fielddesk.ui.toast import Toast


def test_threads_beside_widgets_are_started_with_the_collector_off(qapp: QApplication) -> None:
    gc.enable()
    tasks = Tasks(1)
    try:
        assert not gc.isenabled()
    finally:
        tasks.close()


def test_a_toast_that_the_collector_has_emptied_lets_events_pass(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toast = Toast(window)
    vars(toast).clear()  # as it does with a ring of objects, before the window itself goes
    window.resize(400, 300)
    window.show()
    QApplication.processEvents()
    assert not toast.eventFilter(window, QEvent(QEvent.Type.Resize))
