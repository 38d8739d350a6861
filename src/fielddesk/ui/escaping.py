"""What comes up for a while, such as a form or a preview, goes again with Escape; what is typed there is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class Escapes:
    """Mixin, before the widget. A field inside hears Escape first: there it takes back what is being typed."""

    def escaped(self) -> None:
        """What the button that leaves it does."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped()
            event.accept()
            return
        super().keyPressEvent(event)  # type: ignore[misc]
