"""A list being taken in: reads its file on a worker, asks the store on a reader, and has each piece done as work."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from fielddesk.core import sheets
from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.core.sheets import Form
from fielddesk.features.lists.actions import call_for
from fielddesk.features.lists.model import Look, Plan, Report, Step, Take
from fielddesk.features.lists.queries import count_rows, taking
from fielddesk.store.actions import Call
from fielddesk.ui.seams import Bench

_Asked = Look | Call | Report | None
"""What a step wants: a question put, an action done, the report shown, or nothing more."""


class Intake(QObject):
    """One import. Signals: `progressed(report, total)`, total None while nobody knows; `ended(report, problem)`.

    What is taken stays when it is stopped, fails or the program ends; the same file goes on where this one stopped.
    """

    progressed = Signal(object, object)
    ended = Signal(object, object)

    def __init__(self, bench: Bench, path: Path, form: Form, plan: Plan, parent: QObject) -> None:
        super().__init__(parent)
        self._bench, self._path, self._form, self._plan = bench, path, form, plan
        self.report = Report(str(path))
        self._opened = ExitStack()
        self._steps: Any = None
        self._total: int | None = None
        self._stop = False
        self._over = False

    def start(self) -> None:
        self._bench.work(self._begin, self._asked, failed=self._failed)
        self._bench.work(
            partial(count_rows, self._path, self._form, self._plan.header), self._counted, failed=lambda _error: None
        )

    def stop(self) -> None:
        """End after the rows under way."""
        self._stop = True

    def _counted(self, total: int) -> None:
        self._total = total
        if not self._over:
            self.progressed.emit(self.report, total)

    # ---------------------------------------------------------------- on a worker

    def _begin(self) -> _Asked:
        rows = self._opened.enter_context(sheets.rows_of(self._path, self._form))
        self._steps = taking(rows, self._plan, self.report)
        return self._send(None)

    def _send(self, answer: Any) -> _Asked:
        """Go on to what the import wants next; a piece that its action does not take is told so right here."""
        while True:
            try:
                step: Step = self._steps.send(answer)
            except StopIteration:
                self._opened.close()
                return None
            match step:
                case Take(lines):
                    try:
                        return call_for(self._plan.kind, lines)
                    except FieldDeskError as problem:
                        answer = problem
                case Look():
                    return step
                case _:
                    return self.report

    # ---------------------------------------------------------------- on the main thread

    def _asked(self, asked: _Asked) -> None:
        match asked:
            case None:
                self._end(None)
            case Look(question):
                self._bench.read(question, self._answer, failed=self._broke)
            case Call():
                self._bench.do(asked, then=lambda _done: self._answer(None), failed=self._refused)
            case _:
                self.progressed.emit(self.report, self._total)
                self._answer(not self._stop)

    def _answer(self, answer: Any) -> None:
        self._bench.work(partial(self._send, answer), self._asked, failed=self._failed)

    def _refused(self, problem: FieldDeskError) -> None:
        if isinstance(problem, StoreProblem):
            self._failed(problem)  # no row is to blame when the disk is full
        else:
            self._answer(problem)

    def _broke(self, error: Exception) -> None:
        problem = error if isinstance(error, FieldDeskError) else None
        self._failed(problem or FieldDeskError("list_unreadable", file=self._path.name, why=type(error).__name__))

    def _failed(self, problem: FieldDeskError) -> None:
        self._opened.close()
        self._end(problem)

    def _end(self, problem: FieldDeskError | None) -> None:
        if not self._over:
            self._over = True
            self.ended.emit(self.report, problem)
