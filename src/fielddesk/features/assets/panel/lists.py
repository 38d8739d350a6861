"""The assets of one customer, or of one product model."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.i18n import _
from fielddesk.features.assets.dialogs import row_of
from fielddesk.features.assets.queries import AssetFilter, asset_count, asset_page, asset_place
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Empty

Of = Literal["customer_id", "model_id"]


def assets_filter(of: Of, row_id: str) -> AssetFilter:
    """Which assets belong to a row."""
    return AssetFilter(customer_id=row_id) if of == "customer_id" else AssetFilter(model_id=row_id)


class AssetsOf(SubjectPanel):
    """The machines of one customer or product model."""

    def __init__(self, bench: Bench, of: Of = "customer_id") -> None:
        super().__init__()
        self._bench, self._of = bench, of
        self.list = RowList(lambda: _("Assets"))
        self.list.table = "asset"
        self.list.opened.connect(lambda row_id: bench.show("asset", row_id))
        give_menu(self.list, lambda row_id: [MenuLine(lambda: _("Show"), lambda: bench.show("asset", row_id))])
        self.empty = Empty("factory", lambda: _("No assets yet"), self._what_comes)
        self.list.counted.connect(self._counted)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        self.empty.hide()

    def _what_comes(self) -> str:
        if self._of == "model_id":
            return _("Machines whose record names this product model appear here.")
        return _("The machines of this customer appear here.")

    def show_subject(self, row_id: str) -> None:
        wanted = assets_filter(self._of, row_id)

        def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
            return [row_of(row) for row in asset_page(read, wanted, offset, limit)]

        self.list.show_source(
            paged(
                self._bench,
                fetch,
                lambda read: asset_count(read, wanted),
                lambda read, asset_id: asset_place(read, wanted, asset_id),
            )
        )

    def reload(self) -> None:
        self.list.reload()

    def focus(self) -> None:
        self.list.setFocus()
        self.list.choose_first()

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))
