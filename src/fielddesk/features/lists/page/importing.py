"""Importing a list in four steps: choose a file, see how it is understood, take it in, read what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core import canonical, sheets
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, decimal_sign, format_number, ngettext
from fielddesk.core.sheets import Cells, Form
from fielddesk.features.lists import rules
from fielddesk.features.lists.actions import may_take
from fielddesk.features.lists.dialogs import ask_list, ask_target, kind_words
from fielddesk.features.lists.model import Plan, Report, Verdict
from fielddesk.features.lists.panel.intake import Intake
from fielddesk.features.lists.panel.preview import Preview
from fielddesk.features.lists.panel.report import ReportPanel, chips_of, refused_heads, write_refused
from fielddesk.features.lists.queries import plan_for, preview
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Gate
from fielddesk.ui.page import Page, Pane
from fielddesk.ui.panes import LEAST_BODY
from fielddesk.ui.progress import Progress
from fielddesk.ui.seams import Bench, SubjectPage
from fielddesk.ui.signs import Empty, Notice
from fielddesk.ui.text import Words
from fielddesk.ui.wording import sentence

REMEMBERED: Final = "lists.columns"
"""Name of the draft in which the choices for lists with the same heads are kept."""


@dataclass(frozen=True)
class Opened:
    """A file as it was read at first: by guess, whatever a person chose later."""

    path: Path
    form: Form
    plan: Plan
    first: Sequence[tuple[int, Cells]]

    def key(self) -> str:
        """What lists with the same heads have in common."""
        heads = next((cells for number, cells in self.first if number == self.plan.header), [])
        return key_of(heads)


def key_of(heads: Sequence[str]) -> str:
    return canonical.digest(rules.signature(heads))[:32]


class _Steps(QStackedWidget):
    """The steps over each other. Their tables are content with what room there is: were the height asked for the
    width, Qt would keep the room that all their rows like to have."""

    def hasHeightForWidth(self) -> bool:
        return False


class ImportPage(SubjectPage, Page):
    """Import a list."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.opened: Opened | None = None
        self.intake: Intake | None = None
        self._look = 0
        self._reading = False
        self.pane = Pane(lambda: _("Import a list"), self._second, scrolls=False)
        theme.size(self.pane.body, least_height=LEAST_BODY)  # its table scrolls, and has no tabs above it
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(self.pane)
        self._make_body()
        self._make_foot()
        self._show_step()

    def _make_body(self) -> None:
        self.steps = _Steps()
        blank = QWidget()
        above = QVBoxLayout(blank)
        theme.space(above)
        self.empty = Empty("table", self._nothing, self._nothing_how)
        above.addWidget(self.empty)
        above.addStretch(1)
        self.preview = Preview()
        self.preview.planned.connect(self._planned)
        self.preview.read_anew.connect(self._read_anew)
        self.preview.kind_chosen.connect(lambda kind: self._guess_anew(kind=kind))
        self.preview.header_chosen.connect(lambda row: self._guess_anew(header=row))
        self.report = ReportPanel()
        for widget in (blank, self.preview, self.report):
            self.steps.addWidget(widget)
        self.progress = Progress()
        self.progress.stopped.connect(self._stop)
        self.progress.hide()
        self.pane.add(self.progress)
        self.pane.add(self.steps, 1)

    def _make_foot(self) -> None:
        self.choose = Button(lambda: _("Choose a file…"), "folder-open", "primary")
        self.choose.clicked.connect(self._choose)
        self.another = Button(lambda: _("Choose another file…"), "folder-open")
        self.another.clicked.connect(self._choose)
        self.save = Button(lambda: _("Save refused rows…"), "download-simple")
        self.save.clicked.connect(self._save)
        self.open_saved = Button(lambda: _("Open the saved file"), "arrow-square-out")
        self.open_saved.clicked.connect(self._open_saved)
        self.back = Button(lambda: _("Back to the columns"), "arrow-left")
        self.back.clicked.connect(self._back)
        self.go_on = Button(lambda: _("Go on"), "play", "primary")
        self.go_on.clicked.connect(self._import)
        self.take = Gate(Button(lambda: _("Import"), "tray-arrow-down", "primary"))
        self.take.pressed.connect(self._import)
        self.pane.add_action(self.another, left=True)
        for widget in (self.back, self.save, self.open_saved, self.go_on, self.take, self.choose):
            self.pane.add_action(widget)
        self._saved: Path | None = None

    # ---------------------------------------------------------------- words

    def _second(self) -> str:
        if getattr(self, "opened", None) is None or self.opened is None:
            return ""
        plan = self.preview.plan
        return " · ".join(part for part in (self.opened.path.name, kind_words(plan.kind)) if part)

    def _nothing(self) -> str:
        if not self._may_import():
            return _("Lists are imported by the office")
        return _("No list chosen")

    def _nothing_how(self) -> str:
        if not self._may_import():
            return _("Ask a dispatcher to import it; what they import comes here with the next sync.")
        return _(
            "Choose a CSV or XLSX file with customers, assets, parts or past orders, or drop it anywhere on this "
            "window. You see how it is understood before anything is taken."
        )

    def _may_import(self) -> bool:
        return any(may_take(kind, self._bench.me.role) for kind in rules.KINDS)

    # ---------------------------------------------------------------- step 1: a file

    def _choose(self) -> None:
        path = ask_list(self)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Look at a file and show how it is understood, with what was chosen the last time for heads like these."""
        if self._running() or not self._may_import():
            return
        self._reading = True
        zone = self._bench.zone()
        self.pane.show_notices([])
        self._bench.work(partial(_look_at, path, zone), self._guessed, failed=partial(self._unreadable, path),
                         key="lists.look")  # fmt: skip

    def _guessed(self, opened: Opened) -> None:
        self._bench.draft(REMEMBERED, opened.key(), partial(self._remembered, opened))

    def _remembered(self, opened: Opened, text: str | None) -> None:
        self.opened = opened
        self._saved = None
        self._reading = False
        if text is None:
            self._show_list(opened.form, opened.plan, opened.first)
            return
        kept = canonical.loads(text)
        form = replace(opened.form, **{name: kept[name] for name in ("encoding", "separator") if name in kept})
        columns = {key: int(place) for key, place in kept["columns"].items()}
        plan = replace(opened.plan, kind=kept["kind"], header=kept["header"], columns=columns,
                       day_order=kept["day_order"], status=kept["status"])  # fmt: skip
        if (form.encoding, form.separator) == (opened.form.encoding, opened.form.separator):
            self._show_list(form, plan, opened.first)
        else:
            self._read(form, lambda first: self._show_list(form, plan, first))

    def _unreadable(self, path: Path, problem: FieldDeskError) -> None:
        self._reading = False
        self.opened = None
        self.pane.show_notices([Notice(lambda: sentence(_with_file(problem, path)), "", "bad")])
        self._show_step()

    # ---------------------------------------------------------------- step 2: how it is understood

    def _show_list(self, form: Form, plan: Plan, first: Sequence[tuple[int, Cells]]) -> None:
        self.preview.show_list(form, plan, first)
        self.steps.setCurrentWidget(self.preview)
        self._judge()
        self._show_step()

    def _planned(self, plan: Plan) -> None:
        self._keep(plan)
        self._show_list(self.preview.form, plan, self._first())

    def _guess_anew(self, kind: str = "", header: int = 0) -> None:
        now = self.preview.plan
        plan = plan_for(self._first(), self._bench.zone(), kind or now.kind, header or now.header)
        self._keep(plan)
        self._show_list(self.preview.form, plan, self._first())

    def _read_anew(self, form: Form) -> None:
        """Another encoding, separator or sheet: other cells, whose columns are guessed anew."""

        def show(first: Sequence[tuple[int, Cells]]) -> None:
            plan = plan_for(first, self._bench.zone())
            self._show_list(form, plan if plan.kind else replace(plan, kind=self.preview.plan.kind), first)
            self._keep(self.preview.plan)

        self._read(form, show)

    def _read(self, form: Form, then: Any) -> None:
        opened = self.opened
        if opened is None:
            return
        self._bench.work(partial(_first_rows, opened.path, form), then, failed=partial(self._unreadable, opened.path),
                         key="lists.look")  # fmt: skip

    def _first(self) -> Sequence[tuple[int, Cells]]:
        return self.preview.first()

    def _judge(self) -> None:
        plan, first = self.preview.plan, self._first()
        self._look += 1
        look = self._look

        def show(verdicts: list[Verdict]) -> None:
            if look == self._look and not self._running():
                self.preview.show_verdicts(verdicts)

        if plan.kind:
            self._bench.read(lambda read: preview(read, plan, first), show, key=f"lists.preview.{id(self)}")

    def _keep(self, plan: Plan) -> None:
        """Remember what a person chose, for the next list with these heads."""
        if self.opened is not None and plan.kind:
            self._bench.keep_draft(REMEMBERED, self.opened.key(), _choices(self.preview.form, plan))

    def _blocked(self) -> Words | None:
        plan = self.preview.plan
        if not plan.kind:
            return lambda: _("Choose what is in the list.")
        if not may_take(plan.kind, self._bench.me.role):
            return lambda: _("Your role may not import this kind of list.")
        if rules.missing(plan.kind, plan.columns):
            return lambda: _("Choose the columns that every row needs.")
        return None

    # ---------------------------------------------------------------- step 3: taking it in

    def _running(self) -> bool:
        return self.intake is not None

    def _import(self) -> None:
        if self.opened is None or self._running() or self._blocked() is not None:
            return
        self._keep(self.preview.plan)
        self.pane.show_notices([])
        self.progress.begin()
        self.intake = Intake(self._bench, self.opened.path, self.preview.form, self.preview.plan, self)
        self.intake.progressed.connect(self._progressed)
        self.intake.ended.connect(self._ended)
        self._progressed(self.intake.report, None)
        self._show_step()
        self.intake.start()

    def _stop(self) -> None:
        if self.intake is not None:
            self.intake.stop()

    def _progressed(self, report: Report, total: int | None) -> None:
        rows = report.rows

        def words() -> str:
            if total is None:
                return ngettext("{n} row so far", "{n} rows so far", rows).format(n=format_number(rows))
            return _("{n} of {total} rows").format(n=format_number(rows), total=format_number(total))

        self.progress.show_progress(words, rows, total)

    # ---------------------------------------------------------------- step 4: what came of it

    def _ended(self, report: Report, problem: FieldDeskError | None) -> None:
        assert self.opened is not None
        assert self.intake is not None
        self.intake.deleteLater()
        self.intake = None
        self._report = report
        self.progress.hide()
        self.report.show_report(report, self.preview.plan.kind)
        self.steps.setCurrentWidget(self.report)
        notices = []
        path = self.opened.path
        if problem is not None:
            notices.append(Notice(lambda: sentence(_with_file(problem, path)), "", "bad"))
        elif report.stopped:
            notices.append(
                Notice(
                    lambda: _("Stopped. What was taken stays."),
                    lambda: _("“Go on” takes the rest; rows that are here already are left as they are."),
                    "info",
                )
            )
        self.pane.show_notices(notices)
        self._show_step()

    def _back(self) -> None:
        self.pane.show_notices([])
        self.steps.setCurrentWidget(self.preview)
        self._judge()
        self._show_step()

    def _save(self) -> None:
        assert self.opened is not None
        name = self.opened.path.name.split(".")[0] + " " + _("refused") + ".csv"
        target = ask_target(self, str(self.opened.path.with_name(name)), spreadsheet=False)
        if target is not None:
            self.save_refused(target)

    def save_refused(self, target: Path) -> None:
        """Write the refused rows; what was chosen for their list is remembered for this file too."""
        report, plan = self._report, self.preview.plan
        separator = ";" if decimal_sign() == "," else ","
        form = Form(sheets.TEXT, separator=separator)
        key = key_of(refused_heads(report))

        def saved(count: int) -> None:
            self._saved = target
            self._bench.keep_draft(REMEMBERED, key, _choices(form, replace(plan, header=1)))
            self._show_step()
            words = ngettext("{n} refused row saved", "{n} refused rows saved", count).format(n=format_number(count))
            self._bench.toast(words)

        self._bench.work(partial(write_refused, report, target, separator), saved)

    def _open_saved(self) -> None:
        if self._saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved)))

    # ---------------------------------------------------------------- the frame

    def _show_step(self) -> None:
        """The buttons of the step that is shown."""
        if self.opened is None:
            self.steps.setCurrentIndex(0)
        now, running = self.steps.currentIndex(), self._running()
        self.preview.setEnabled(not running)
        self.choose.setVisible(now == 0 and self._may_import())
        self.another.setVisible(now != 0 and not running)
        self.take.setVisible(now == 1 and not running)
        self.take.let(self._blocked() if now == 1 else None)
        report = getattr(self, "_report", None)
        done = now == 2 and report is not None and not running
        self.back.setVisible(done)
        self.save.setVisible(done and bool(report and report.refused))
        self.open_saved.setVisible(done and self._saved is not None)
        self.go_on.setVisible(done and bool(report and report.stopped))
        self.pane.show_chips(chips_of(report) if done and report is not None else [])
        self.pane.second.set_words(self._second)

    def show_subject(self, table: str, row_id: str) -> None:
        """`row_id` is the path of a file, or nothing."""
        if row_id:
            self.open_file(Path(row_id))

    def focus(self) -> None:
        if self.steps.currentWidget() is self.preview:
            self.preview.focus()
        else:
            self.choose.setFocus()


def _look_at(path: Path, zone: str) -> Opened:
    form = sheets.look_at(path)
    first = _first_rows(path, form)
    if not first:
        raise FieldDeskError("list_empty", file=path.name)
    return Opened(path, form, plan_for(first, zone), first)


def _first_rows(path: Path, form: Form) -> list[tuple[int, Cells]]:
    return sheets.first_rows(path, form, 100 + rules.HEADER_AMONG)


def _with_file(problem: FieldDeskError, path: Path) -> FieldDeskError:
    return FieldDeskError(problem.code, **{"file": path.name, **problem.values})


def _choices(form: Form, plan: Plan) -> str:
    return canonical.dumps(
        {
            "encoding": form.encoding,
            "separator": form.separator,
            "kind": plan.kind,
            "header": plan.header,
            "columns": dict(plan.columns),
            "day_order": plan.day_order,
            "status": plan.status,
        }
    )
