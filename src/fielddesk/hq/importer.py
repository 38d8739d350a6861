"""Taking lists into headquarters: customers, assets, parts and orders as CSV or XLSX, and maintenance texts as lines of
JSON; in batches, through actions, twice without change.

A row that cannot be taken is written into a file of refused rows with its reason; all others are taken.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical, sheets
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.core.sheet_writing import SheetWriter
from fielddesk.core.sheets import Form
from fielddesk.features.lists import rules
from fielddesk.features.lists.actions import call_for
from fielddesk.features.lists.model import Look, Plan, Report, Take
from fielddesk.features.lists.queries import guess_plan, taking
from fielddesk.features.parts.model import Part
from fielddesk.hq.maintenance_texts import Office, Progress, batches, import_texts

TEXTS = "texts"
"""Maintenance texts: lines of JSON."""


def read_plan(
    path: Path, *, zone: str = "UTC", kind: str = "", encoding: str = "", separator: str = "", sheet: str = "",
    columns: str = "", status: str = "",
) -> tuple[Form, Plan]:  # fmt: skip
    """How a file is read and understood: guessed, but for what is said. `columns` is "target=head,target=head".

    Raises RuleBroken: what `sheets.look_at` raises, list_unknown, column_unknown, encoding_unknown.
    """
    form = sheets.look_at(path)
    if encoding:
        form = sheets.with_encoding(path, form, _known_encoding(encoding))
    form = replace(form, separator=separator or form.separator, sheet=sheet or form.sheet)
    if form.form == sheets.TEXT and _is_json(path, form):
        return form, Plan(TEXTS, {}, header=0, zone=zone)
    plan, first = guess_plan(path, form, zone)
    if kind or columns:
        plan = _said_plan(plan, first, kind, columns, path)
    if not plan.kind or rules.missing(plan.kind, plan.columns):
        raise RuleBroken("list_unknown", file=path.name)
    return form, replace(plan, status=status) if status else plan


def _known_encoding(name: str) -> str:
    import codecs

    try:
        return codecs.lookup(name).name
    except LookupError:
        raise RuleBroken("encoding_unknown", encoding=name) from None


def _said_plan(plan: Plan, first: list[tuple[int, list[str]]], kind: str, columns: str, path: Path) -> Plan:
    kind = kind or plan.kind
    if not kind:
        raise RuleBroken("list_unknown", file=path.name)
    heads = next(([head.strip() for head in cells] for number, cells in first if number == plan.header), [])
    found = rules.map_columns(heads, kind)
    keys = {target.key for target in rules.TARGETS[kind]}
    for pair in filter(None, columns.split(",")):
        key, _, head = (part.strip() for part in pair.partition("="))
        if key not in keys or head not in heads:
            raise RuleBroken("column_unknown", column=pair.strip(), targets=", ".join(sorted(keys)))
        found = {one: place for one, place in found.items() if place != heads.index(head)} | {key: heads.index(head)}
    return replace(plan, kind=kind, columns=found)


def _is_json(path: Path, form: Form) -> bool:
    with ExitStack() as opened:
        return next(iter(sheets.lines_of(path, form, opened)), "").lstrip().startswith("{")


def import_file(
    office: Office, user_id: str, path: Path, progress: Progress = lambda done: True, **said: str
) -> Report:
    """Take a list in; its content tells what it is and how it is read, but for what is `said` (see `read_plan`).

    Raises RuleBroken where nothing more of it can be taken: list_unreadable (taken), list_unknown, list_too_large, …
    """
    report = Report(str(path))
    form, plan = read_plan(path, **said)
    try:
        with ExitStack() as opened:
            if plan.kind == TEXTS:
                lines = sheets.lines_of(path, replace(form, encoding="utf-8"), opened, strict=True)
                import_texts(office, user_id, lines, report, progress)
            else:
                rows = opened.enter_context(sheets.rows_of(path, form))
                _drive(office, user_id, plan, rows, report, progress)
                if plan.kind == rules.PARTS and not report.stopped:
                    _remark_missing_successors(office, path, form, plan, report)
    except RuleBroken as problem:
        raise RuleBroken(problem.code, **{**problem.values, "taken": report.taken}) from None
    except (OSError, EOFError, UnicodeError) as problem:
        raise RuleBroken("list_unreadable", file=path.name, why=type(problem).__name__, taken=report.taken) from None
    return report


def _drive(office: Office, user_id: str, plan: Plan, rows: sheets.Rows, report: Report, progress: Progress) -> None:
    steps = taking(rows, plan, report)
    answer: Any = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration:
            return
        match step:
            case Look(question):
                with office.read() as read:
                    answer = question(read)
            case Take(lines):
                answer = _tried(office, user_id, plan.kind, lines)
            case _:
                answer = progress(report.rows)


def _tried(office: Office, user_id: str, kind: str, lines: list[dict[str, Any]]) -> FieldDeskError | None:
    try:
        office.perform([call_for(kind, lines)], user_id)
    except FieldDeskError as problem:
        return problem
    return None


def write_refused(report: Report, path: Path) -> None:
    """Write the refused rows as they stood in the file, with their reasons, for a person to mend and import again."""
    writer = SheetWriter(path, [*report.heads, "row", "reason", "values"])
    width = len(report.heads)
    try:
        for one in report.refused:
            cells = [*one.cells, *[""] * width][:width]
            writer.add([[*cells, str(one.number), one.code, canonical.dumps(one.values)]])
        writer.finish()
    except BaseException:
        writer.give_up()
        raise


def _remark_missing_successors(office: Office, path: Path, form: Form, plan: Plan, report: Report) -> None:
    """A successor that is in no list is kept as its number, and said."""
    place = plan.columns.get("replaced_by")
    if place is None:
        return
    successors: dict[str, int] = {}
    with sheets.rows_of(path, form) as rows:
        for number, cells in rows:
            if number > plan.header and place < len(cells) and cells[place].strip():
                successors[cells[place].strip()] = number
    with office.read() as read:
        for some in batches(sorted(successors), 500):
            there = {row[0] for row in read.rows(sa.select(Part.c.number).where(Part.c.number.in_(some)))}
            report.remarks += [
                (successors[number], "successor_missing", {"number": number}) for number in some if number not in there
            ]
