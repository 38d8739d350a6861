"""What the parts of the window's work know of the window, so that neither has to know the other's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from fielddesk.core.errors import StoreProblem
from fielddesk.shell.opening import Opened, Parts
from fielddesk.shell.preferences import WindowPreferences
from fielddesk.ui.desk import Desk
from fielddesk.ui.navigation import Place

if TYPE_CHECKING:
    from fielddesk.shell.bench import WindowBench
    from fielddesk.shell.line import SyncLine
    from fielddesk.shell.search import Search
    from fielddesk.shell.status import StatusWords
    from fielddesk.shell.upkeep import ProfileUpkeep


class Frame(QObject):
    """A desk with what is made on it while a profile is open; the window fills in what it says and does."""

    def __init__(self, parts: Parts, preferences: WindowPreferences) -> None:
        super().__init__()
        self.parts, self.preferences = parts, preferences
        self.desk = Desk()
        self.opened: Opened | None = None
        self.bench: WindowBench | None = None
        self.line: SyncLine | None = None
        self.search: Search | None = None
        self.status_words: StatusWords | None = None
        self.upkeep: ProfileUpkeep | None = None

    def show_places(self, places: list[Place], pages: dict[str, Any]) -> None:
        """Put the places a person can go to on the desk, with what makes their pages."""

    def reload_pages(self, tables: frozenset[str]) -> None:
        """Ask those visible pages again that show one of these tables."""

    def reload_late(self, key: str) -> None:
        """Ask a page that is not visible again when it is next shown."""

    def install_shortcuts(self) -> None:
        """Give commands their keys."""

    def enrol_again(self) -> None:
        """Close the profile and ask for a new code."""

    def tell_trouble(self, problem: StoreProblem) -> None:
        """Tell what the disk, the key or the file did to us."""

    def stop_for(self, problem: StoreProblem) -> None:
        """Close the profile, which cannot be worked on as it is, and show the way out."""

    def tell_found(self, found: Sequence[StoreProblem]) -> None:
        """Tell what was mended while the profile was opened."""

    def mistake(self, error: BaseException) -> None:
        """A fault of ours: into the crash report, and a page that says so."""
