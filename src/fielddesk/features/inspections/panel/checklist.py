"""Writing a checklist: its items in order, the chosen one as a form beside how it will look, and publishing a version.

What is written is a draft of this laptop until it is published; a published version is never changed.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.core.i18n import _
from fielddesk.features.inspections.actions import publish_version
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.panel.help_picture import PictureRow
from fielddesk.features.inspections.panel.item_fields import KIND_WORDS
from fielddesk.features.inspections.panel.item_form import ItemForm
from fielddesk.features.inspections.panel.preview import Preview
from fielddesk.features.inspections.panel.publishing import Publishing
from fielddesk.features.inspections.panel.written import Entry, Stored, Written, by_number, items_in, stored_of
from fielddesk.features.inspections.rules import (
    PASS_FAIL,
    SECTION,
    Item,
    differences,
    look_at,
)
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.wording import sentence

DRAFT: Final = "checklist.items"
_BESIDE_FROM: Final = 600
"""A panel narrower than this (pixels at 100 %) has the form under the list."""


class ChecklistPanel(SubjectPanel):
    """The items of a checklist; the office changes them, everybody else reads."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._checklist_id = ""
        self.written = Written()
        self._looked: list[Item | RuleBroken] = []
        self._uid = ""
        self.writes = bench.me.role in OFFICE
        self.publishing = Publishing()
        self.publishing.asked.connect(self._publish)
        self.publishing.given_up.connect(self._discard)
        self.list = RowList(lambda: _("Items"), 1)
        self.list.chosen.connect(self._chosen)
        self.preview = Preview(bench)
        self.form = ItemForm()
        self.list.opened.connect(lambda _uid: self.form.focus_name())
        self.form.changed.connect(self._item_changed)
        self.picture = PictureRow(bench)
        self.picture.changed.connect(self._picture_changed)
        self._lay_out()
        if self.writes:
            give_menu(self.list, self._menu)

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        theme.space(column, spacing=8)
        column.addWidget(self._make_tools())
        column.addWidget(self.list, 1)
        inner = QWidget()
        under = QVBoxLayout(inner)
        theme.space(under, (0, 0, 4, 8), 12)
        under.addWidget(self.preview)
        under.addWidget(self.picture)
        under.addWidget(self.form)
        under.addStretch(1)
        self._scroll = Scroll(inner)
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        theme.space(self._split, spacing=16)
        self._split.addWidget(side, 2)
        self._split.addWidget(self._scroll, 3)
        outer = QVBoxLayout(self)
        theme.space(outer, (0, 8, 0, 0), 8)
        outer.addWidget(self.publishing)
        outer.addLayout(self._split, 1)
        for widget in (self.publishing, self._tools, self.form, self.picture):
            widget.setVisible(self.writes)

    def _make_tools(self) -> QWidget:
        self._tools = QWidget()
        row = QHBoxLayout(self._tools)
        theme.space(row, spacing=4)
        self.add = Button(lambda: _("Add item"), "plus", tip=lambda: _("Behind the chosen one (Insert)"))
        self.add.clicked.connect(self.add_item)
        row.addWidget(self.add)
        row.addStretch(1)
        self._tool_buttons = []
        for words, icon, run in (
            (lambda: _("Move up (Alt+Up)"), "arrow-up", lambda: self.move_item(-1)),
            (lambda: _("Move down (Alt+Down)"), "arrow-down", lambda: self.move_item(1)),
            (lambda: _("Copy item (Ctrl+D)"), "copy", self.copy_item),
            (lambda: _("Remove item (Delete)"), "trash", self.remove_item),
        ):
            button = Button(words, icon, "quiet")
            button.show_words(False)
            button.clicked.connect(run)
            row.addWidget(button)
            self._tool_buttons.append(button)
        return self._tools

    def _menu(self, uid: str) -> list[MenuLine]:
        self.list.choose(uid)
        return [
            MenuLine(lambda: _("Move up"), lambda: self.move_item(-1), "Alt+Up"),
            MenuLine(lambda: _("Move down"), lambda: self.move_item(1), "Alt+Down"),
            MenuLine(lambda: _("Copy item"), self.copy_item, "Ctrl+D"),
            MenuLine(lambda: _("Remove item"), self.remove_item, "Del"),
        ]

    # ---------------------------------------------------------------- reading

    def show_subject(self, row_id: str) -> None:
        self.may_leave()
        self._checklist_id, self._uid = row_id, ""
        self.written.clear()
        self.reload()

    def reload(self) -> None:
        checklist_id = self._checklist_id

        def ask(read: Reading) -> Stored | None:
            return stored_of(read, checklist_id)

        self._bench.read(ask, self._take, key=f"checklist.{id(self)}")

    def may_leave(self) -> bool:
        self.form.commit()
        return True

    def focus(self) -> None:
        self.list.setFocus()

    def _take(self, stored: Stored | None) -> None:
        if stored is None or stored.checklist.id != self._checklist_id:
            return
        first = self.written.stored is None
        changed = self.is_changed()
        self.written.stored = stored
        if first:
            self.written.begin(stored)
            if self.writes:
                self._bench.draft(DRAFT, self._checklist_id, lambda text: self._restore(stored.checklist.id, text))
        elif not changed:
            self.written.begin(stored)
        self._show()

    def _restore(self, checklist_id: str, text: str | None) -> None:
        if text is not None and checklist_id == self._checklist_id and self.written.restore(text):
            self._show()

    # ---------------------------------------------------------------- showing

    @property
    def _entries(self) -> list[Entry]:
        return self.written.entries

    def is_changed(self) -> bool:
        """Whether something is written that is not published."""
        return self.written.is_changed()

    def _show(self) -> None:
        looked = look_at([entry.tree for entry in self._entries])
        self._looked = [by_number(one, n) for one, n in zip(looked, self.written.numbers(), strict=True)]
        self.list.show_rows(self._rows())
        if self._uid not in {entry.uid for entry in self._entries}:
            self._uid = self._entries[0].uid if self._entries else ""
            if self._uid:
                self.list.choose(self._uid)
        self._show_item()
        self._show_publishing()

    def _rows(self) -> list[Row]:
        rows, number = [], 0
        for entry, looked in zip(self._entries, self._looked, strict=True):
            kind = str(entry.tree.get("kind"))
            heading = kind == SECTION
            number += not heading
            name = named(canonical.dumps(entry.tree.get("names") or {})) or _("without a name")
            bad = isinstance(looked, RuleBroken)
            _words, icon = KIND_WORDS.get(kind, ("", "circle"))
            right = _("look at it") if bad else _("if…") if entry.tree.get("when") else ""
            rows.append(
                Row(entry.uid, name if heading else f"{number}  {name}", "", right, "bad" if bad else "idle", icon,
                    "bad" if bad else "")
            )  # fmt: skip
        return rows

    def _place(self) -> int:
        return self.written.place(self._uid)

    def _show_item(self) -> None:
        place = self._place()
        for button in self._tool_buttons:
            button.setEnabled(place >= 0)
        self._scroll.setVisible(place >= 0)
        if place < 0:
            return
        entry, looked = self._entries[place], self._looked[place]
        numbers = self.written.numbers()
        earlier = [
            (numbers[n], item)
            for n, item in enumerate(self._looked[:place])
            if isinstance(item, Item) and item.kind != SECTION
        ]
        self.preview.show_item(looked, numbers[place], entry.tree, {item.key: (n, item) for n, item in earlier})
        if self.writes:
            self.form.show_item(f"{self._checklist_id} {entry.uid}", entry.tree, earlier)
            self.picture.setVisible(entry.tree.get("kind") != SECTION)
            self.picture.show_picture(self.written.pictures.get(str(entry.tree["key"])) if entry.tree.get("picture")
                                      else None)  # fmt: skip

    def _show_publishing(self) -> None:
        if self.written.stored is None:
            return
        version = self.written.stored.version
        bad = [looked for looked in self._looked if isinstance(looked, RuleBroken)]
        good = [looked for looked in self._looked if isinstance(looked, Item)]
        old = items_in(version)
        self.publishing.show_state(
            version.version if version else 0,
            differences(old, good) if self.is_changed() else [],
            sentence(bad[0]) if bad else "",
            changed=self.is_changed(),
        )

    def _chosen(self, uid: str) -> None:
        if uid == self._uid:
            return
        self.form.commit()
        self._uid = uid
        self._show_item()

    # ---------------------------------------------------------------- writing

    def _item_changed(self, tree: dict[str, Any]) -> None:
        place = self._place()
        if place < 0 or tree.get("key") != self._entries[place].tree.get("key"):
            return
        self._entries[place].tree = tree
        self._changed()

    def _picture_changed(self, picture: dict[str, Any] | None) -> None:
        """Another picture for the help of the chosen item, or none."""
        place = self._place()
        if place < 0:
            return
        tree = self._entries[place].tree
        key = str(tree["key"])
        if picture is None:
            self._entries[place].tree = {name: value for name, value in tree.items() if name != "picture"}
        else:
            self._entries[place].tree = {**tree, "picture": True}
            self.written.pictures[key] = picture
        self._changed()

    def _changed(self) -> None:
        self._bench.keep_draft(DRAFT, self._checklist_id, self.written.kept())
        self._show()

    def _insert(self, tree: dict[str, Any]) -> None:
        uid = self.written.insert(self._place() + 1, tree)
        self.form.commit()
        self._uid = uid
        self._changed()
        self.list.choose(uid)
        self.form.focus_name()

    def add_item(self) -> None:
        """A new item behind the chosen one."""
        self.form.commit()
        self._insert({"kind": PASS_FAIL, "names": {}})

    def copy_item(self) -> None:
        """The same item once more, behind it."""
        self.form.commit()
        if self._place() >= 0:
            self._insert(deepcopy(self._entries[self._place()].tree))

    def move_item(self, by: int) -> None:
        """Move the chosen item up or down; one that is asked after another stays behind it, or says so."""
        self.form.commit()
        place = self._place()
        if place < 0 or not 0 <= place + by < len(self._entries):
            return
        self._entries.insert(place + by, self._entries.pop(place))
        self._changed()
        self.list.choose(self._uid)

    def remove_item(self) -> None:
        """Take the chosen item out; the toast brings it back."""
        self.form.commit()
        place = self._place()
        if place < 0:
            return
        before = deepcopy(self._entries)
        gone = self._entries.pop(place)
        self._uid = self._entries[min(place, len(self._entries) - 1)].uid if self._entries else ""
        self._changed()
        if self._uid:
            self.list.choose(self._uid)
        name = named(canonical.dumps(gone.tree.get("names") or {})) or _("without a name")
        self._bench.toast(lambda: _("{name} removed").format(name=name), lambda: self._put_back(before, gone.uid))

    def _put_back(self, entries: list[Entry], uid: str) -> None:
        self.written.entries, self._uid = entries, uid
        self._changed()
        self.list.choose(uid)

    def _discard(self) -> None:
        before, pictures, uid = deepcopy(self._entries), dict(self.written.pictures), self._uid
        if self.written.stored is None:
            return
        self.written.begin(self.written.stored)
        self._changed()

        def back() -> None:
            self.written.pictures = pictures
            self._put_back(before, uid)

        self._bench.toast(lambda: _("Changes given up"), back)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.writes and event.key() == Qt.Key.Key_Insert:
            self.add_item()
            event.accept()
            return
        super().keyPressEvent(event)

    # ---------------------------------------------------------------- publishing

    def _publish(self, remark: str) -> None:
        self.form.commit()
        stored = self.written.stored
        if stored is None or not self.is_changed():
            return
        version = stored.version.version + 1 if stored.version else 1
        trees, pictures = self.written.publishable()
        try:
            one = call(
                publish_version, checklist_id=self._checklist_id, version=version, items=trees, remark=remark,
                pictures=pictures or None,
            )  # fmt: skip
        except FieldDeskError as error:
            self._refused(error)
            return
        self._bench.do(
            one,
            then=lambda _done: self._published(),
            failed=self._refused,
            said=lambda: _("Version {n} published").format(n=version),
            drops=[(DRAFT, self._checklist_id)],
        )

    def _published(self) -> None:
        self.publishing.clear()
        self.written.clear()
        self._uid = ""
        self.reload()

    def _refused(self, error: FieldDeskError) -> None:
        self.publishing.say_trouble(sentence(error))

    # ---------------------------------------------------------------- shape

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= theme.px(_BESIDE_FROM)
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._split.direction() != direction:
            self._split.setDirection(direction)
