"""The machine an asset belongs to, as a tree: what it is a part of and what is a part of it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.i18n import _
from fielddesk.features.assets.dialogs import tree_row
from fielddesk.features.assets.queries import TREE_LINES, TreeLine, machine
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.lists import RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty, Remark

Answer = tuple[str, list[TreeLine], bool]


class MachinePanel(SubjectPanel):
    """From the top of the machine down; the asset that is shown is the chosen line, Enter goes to another."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._asset_id = ""
        self.list = RowList(lambda: _("Machine"))
        self.list.opened.connect(self._open)
        give_menu(self.list, lambda row_id: [MenuLine(lambda: _("Show"), lambda: self._open(row_id))])
        self.ring = Remark("warn")
        self.more = Remark("info")
        self.empty = Empty(
            "tree-structure",
            lambda: _("Not a part of anything, and nothing is a part of it"),
            lambda: _(
                "Choose under “Part of” in its record the machine it belongs to; the whole machine appears here."
            ),
        )
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0), 8)
        for widget in (self.ring, self.more, self.empty):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        self._asset_id = row_id
        self.reload()

    def reload(self) -> None:
        asset_id = self._asset_id

        def ask(read: Reading) -> Answer:
            return asset_id, *machine(read, asset_id)

        self._bench.read(ask, self._take, key=f"machine.{id(self)}")

    def focus(self) -> None:
        self.list.setFocus()

    def _open(self, row_id: str) -> None:
        asset_id = row_id.partition("#")[0]
        if asset_id != self._asset_id:
            self._bench.show("asset", asset_id)

    def _take(self, answer: Answer) -> None:
        asset_id, lines, more = answer
        if asset_id != self._asset_id:
            return
        alone = len(lines) < 2
        self.empty.setVisible(alone)
        self.list.setVisible(not alone)
        ring = any(line.again for line in lines)
        self.ring.show_words(
            (
                lambda: _(
                    "These machines are entered as parts of each other, which cannot be. Correct “Part of” in the "
                    "record of one of them."
                )
            )
            if ring
            else ""
        )
        self.more.show_words(
            (lambda: _("The first {n} parts are shown; find the others by typing.").format(n=TREE_LINES))
            if more
            else ""
        )
        self.list.show_rows([] if alone else [tree_row(line, asset_id) for line in lines])
        self.list.choose(asset_id)
