"""The versions of a checklist, each with what it changed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.i18n import _, format_moment
from fielddesk.features.inspections.panel.publishing import difference_words, summary_words
from fielddesk.features.inspections.queries import items_of, version_page
from fielddesk.features.inspections.queries.checklists import version_count
from fielddesk.features.inspections.rules import differences
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import give_menu
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Empty


class VersionsPanel(SubjectPanel):
    """What was asked from when on, and what became different."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.list = RowList(lambda: _("Versions"))
        give_menu(self.list, lambda _row_id: [])
        self.empty = Empty(
            "clock-counter-clockwise", lambda: _("Nothing is published yet"),
            lambda: _("Each version that is published stands here with what it changed."),
        )  # fmt: skip
        self.list.counted.connect(self._counted)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        zone = self._bench.zone()

        def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
            return version_rows(read, row_id, offset, limit, zone)

        self.list.show_source(paged(self._bench, fetch, lambda read: version_count(read, row_id)))

    def reload(self) -> None:
        self.list.reload()

    def focus(self) -> None:
        self.list.setFocus()

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))


def version_rows(read: Reading, checklist_id: str, offset: int, limit: int, zone: str) -> list[Row]:
    """Versions as rows, newest first, each compared with the one before it."""
    found = version_page(read, checklist_id, offset, limit + 1)
    rows = []
    for place, version in enumerate(found[:limit]):
        first = place + 1 == len(found)
        changed = [] if first else differences(items_of(found[place + 1].items), items_of(version.items))
        said = version.remark or "; ".join(difference_words(one) for one in changed[:3])
        said = said or (_("First version") if first else _("Nothing changed"))
        rows.append(
            Row(
                version.id, _("Version {n}").format(n=version.version), said, format_moment(version.at, zone, "medium"),
                icon="list-checks", below=summary_words(changed) or version.by,
            )
        )  # fmt: skip
    return rows
