"""The window dressed for each test in light, English, 100 %, and whatever it changed put back afterwards."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from fielddesk.core import i18n
from fielddesk.ui import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> theme.Theme:
    """The theme of the application, fresh for each test."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # windows of the test before
    i18n.set_language("en")
    look = theme.start(qapp)
    if (theme.look().scheme, theme.look().text_size) != ("light", 100):
        look.choose("light")
    return look
