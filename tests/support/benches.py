"""A window with the real bench over a real store, for tests of screens: what is done is on the disk when it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.shell.bench import WindowBench
from fielddesk.store.database import Store
from fielddesk.ui.desk import Desk
from fielddesk.ui.navigation import Place
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Me, Offers
from fielddesk.ui.tasks import Question, Tasks

FEATURES = (
    "documents", "people", "lifecycle", "customers", "assets", "workorders", "parts",
    "inspections", "today", "lists",
)  # fmt: skip
PAPERS = ("inspections",)


def spine() -> Offers:
    """What the features of the spine hand to the window."""
    found = Offers()
    for name in PAPERS:
        import_module(f"fielddesk.features.{name}.papers")
    for name in FEATURES:
        import_module(f"fielddesk.features.{name}.page").offer(found)
    return found


class Asked(QObject):
    """Every question that has not been answered yet on the main thread."""

    def __init__(self, *lanes: Tasks) -> None:
        super().__init__()
        self._open: dict[int, Question] = {}
        for lane in lanes:
            for name in ("ask", "follow"):
                setattr(lane, name, self._noting(getattr(lane, name)))
            lane._answered.connect(self._answered, Qt.ConnectionType.QueuedConnection)

    def _noting(self, ask: Callable[..., Question]) -> Callable[..., Question]:
        def asked(*args: Any, **more: Any) -> Question:
            question = ask(*args, **more)
            self._open[id(question)] = question
            return question

        return asked

    def _answered(self, question: Question, _answer: object, _error: object) -> None:
        self._open.pop(id(question), None)

    def open(self) -> bool:
        return any(not question.dropped for question in self._open.values())


class Workplace:
    """A desk with the places of all features. `bench` has answered everything after `settle`."""

    def __init__(self, store: Store, role: str = "", user: str = "", offers: Offers | None = None) -> None:
        self.store = store
        self.desk = Desk()
        opened: Future[Store] = Future()
        opened.set_result(store)
        who = store.identity
        me = Me(user or who.user, role or who.role, "Anna Berg", who.device_code)
        self.offers = offers or spine()
        self.bench = WindowBench(opened, me, self.offers, store.clock, self.desk)
        self._asked = Asked(self.bench._readers, self.bench._look_ups, self.bench._workers)
        self.mistakes: list[Exception] = []
        self.bench.broke.connect(self.mistakes.append)
        self.bench.store_opened(store)
        self.bench.changed.connect(self._reload)
        places = [Place(each.key, each.title, each.icon) for each in self.offers.places if each.in_navigation]
        makers: dict[str, Callable[[], Page]] = {
            each.key: (lambda each=each: each.page(self.bench)) for each in self.offers.places
        }
        self.desk.set_places(places, dict(makers))
        self.desk.top.user.set_words("Anna Berg")
        self.desk.status.show_connection("Offline since 07:42")

    def open(self, key: str) -> Page:
        """Go to a place and wait until it stands."""
        self.desk.show_place(key)
        page = self.desk.page(key)
        assert isinstance(page, Page)
        self.settle()
        return page

    def settle(self) -> None:
        """Let every question be asked and answered."""
        app = QApplication.instance()
        assert app is not None
        quiet = 0
        while quiet < 8:
            app.processEvents()
            QCoreApplication.sendPostedEvents()
            quiet = 0 if self._busy() else quiet + 1

    def _busy(self) -> bool:
        return self._asked.open() or self.bench._soon.isActive() or bool(self.bench._touched)

    def _reload(self, tables: frozenset[str]) -> None:
        for page in self.desk.made_pages().values():
            if isinstance(page, Page) and page.watches & tables:
                page.reload()

    def close(self) -> None:
        self.desk.hide()
        self.bench.close()
        self.desk.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert self.mistakes == []


@contextmanager
def workplace(qtbot: QtBot, store: Store, **who: str) -> Iterator[Workplace]:
    """A desk on the screen over this store; at the end nothing may have gone wrong behind it."""
    place = Workplace(store, **who)
    place.desk.resize(1366, 768)
    place.desk.show()
    qtbot.waitExposed(place.desk)
    try:
        yield place
    finally:
        place.close()
