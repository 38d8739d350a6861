"""One item of a checklist that is being written: its fields, those only that its kind has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.panel.item_fields import (
    AT_LEAST,
    AT_MOST,
    KIND_WORDS,
    NEEDED,
    OPEN,
    answers_of,
    values_of,
    with_value,
)
from fielddesk.features.inspections.panel.options import OptionsEditor
from fielddesk.features.inspections.rules import (
    CHOICE,
    DATE,
    KINDS,
    NUMBER,
    PHOTO,
    SECTION,
    SIGNATURE,
    TEXT,
    TICK,
    Item,
)
from fielddesk.ui import theme
from fielddesk.ui.fields import Choice, Line, Quantity
from fielddesk.ui.forms import Form
from fielddesk.ui.text import Text, Words

MOST_OF_ONE = 500
Earlier = Sequence[tuple[int, Item]]
"""Items before this one that can be asked about, with their numbers."""


class ItemForm(QWidget):
    """The fields of one item. Signal `changed(tree)`: what it holds now, also while it is being typed."""

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._uid = ""
        self._tree: dict[str, Any] = {}
        self._earlier: dict[str, Item] = {}
        self.form = Form()
        for field in self._fields():
            self.form.add(field)
        self.form.committed.connect(self._committed)
        self.form.typed.connect(self._typed)
        self.options = OptionsEditor()
        self.options.changed.connect(self._options_changed)
        column = QVBoxLayout(self)
        theme.space(column, spacing=8)
        column.addWidget(self.form)
        self._options_label = Text(lambda: _("Choices"), "second")
        column.addWidget(self._options_label)
        column.addWidget(self.options)

    def _fields(self) -> list[Any]:
        kinds: list[tuple[str, Words]] = [(kind, _worded(KIND_WORDS[kind][0])) for kind in KINDS]
        return [
            Choice("kind", lambda: _("Kind"), kinds),
            Line("en", lambda: _("Name, English"), limit=MOST_OF_ONE),
            Line("zh_CN", lambda: _("Name, simplified Chinese"), limit=MOST_OF_ONE),
            Line("zh_TW", lambda: _("Name, traditional Chinese"), limit=MOST_OF_ONE),
            Choice(
                "required",
                lambda: _("Answer"),
                [
                    (NEEDED, lambda: _("Needed before the inspection is completed")),
                    (OPEN, lambda: _("May be left out")),
                ],
            ),
            Line("unit", lambda: _("Unit"), limit=20),
            Choice("decimals", lambda: _("Digits after the sign"), [(str(n), str(n)) for n in range(7)]),
            Quantity("low", lambda: _("Lowest that is good")),
            Quantity("high", lambda: _("Highest that is good")),
            Line("parts", lambda: _("Parts when it fails"), hint=lambda: _("Like 4S-118; GR-0400 × 2")),
            Choice("when_item", lambda: _("Asked only after"), []),
            Choice("when_is", lambda: _("If the answer is"), []),
            Quantity("when_number", lambda: _("Compared with")),
            Line("help_en", lambda: _("Help, English"), limit=MOST_OF_ONE),
            Line("help_zh_CN", lambda: _("Help, simplified Chinese"), limit=MOST_OF_ONE),
            Line("help_zh_TW", lambda: _("Help, traditional Chinese"), limit=MOST_OF_ONE),
        ]

    # ---------------------------------------------------------------- showing an item

    def show_item(self, uid: str, tree: dict[str, Any], earlier: Earlier) -> None:
        """Show an item; the same one again leaves what is being typed."""
        other = uid != self._uid
        if other:
            self.form.commit()
        self._uid, self._tree = uid, deepcopy(tree)
        self._earlier = {item.key: item for _number, item in earlier}
        fields = self.form.fields
        fields["when_item"].set_options([(item.key, f"{n}  {named(item.names)}") for n, item in earlier])  # type: ignore[attr-defined]
        self._offer_answers()
        self.form.load(uid, values_of(tree))
        if other:
            self.options.show_options(tree.get("options") or [])
        self._show_fields()

    def focus_name(self) -> None:
        """Put the keyboard into the name in the language of the screen, or the first that is empty."""
        self.form.fields["en"].editor.setFocus()
        self.form.fields["en"].editor.selectAll()

    def commit(self) -> bool:
        """Hand over what is typed."""
        return self.form.commit()

    def say_trouble(self, error: FieldDeskError | None) -> None:
        """Say under the name what is wrong with the item as a whole."""
        self.form.fields["en"].say_trouble(error or "")

    def _offer_answers(self) -> None:
        when = self._tree.get("when") or {}
        there = self._earlier.get(str(when.get("item", "")))
        fields = self.form.fields
        fields["when_is"].set_options(answers_of(there, when))  # type: ignore[attr-defined]

    def _show_fields(self) -> None:
        kind, when = self._tree.get("kind"), self._tree.get("when") or {}
        hidden: set[str] = set()
        if kind != NUMBER:
            hidden |= {"unit", "decimals", "low", "high"}
        if kind == SECTION:
            hidden |= {"required", "parts", "help_en", "help_zh_CN", "help_zh_TW"}
        if kind in (TEXT, DATE, PHOTO, SIGNATURE, TICK):
            hidden.add("parts")
        if not self._earlier:
            hidden.add("when_item")
        if not when:
            hidden.add("when_is")
        if not when.keys() & {AT_LEAST, AT_MOST} or len(when.keys() & {AT_LEAST, AT_MOST}) == 2:
            hidden.add("when_number")
        for key, field in self.form.fields.items():
            field.setVisible(key not in hidden)
            field.label.setVisible(key not in hidden)
        self.options.setVisible(kind == CHOICE)
        self._options_label.setVisible(kind == CHOICE)

    # ---------------------------------------------------------------- what a person does

    def _committed(self, key: str, shown: object, new: object) -> None:
        field = self.form.fields[key]
        field.saved()
        if key == "kind" and new is None:
            field.start(shown)
            return
        self._put(key, new)

    def _typed(self, key: str, text: str | None) -> None:
        """While typing, what can be read already is shown in the preview and kept."""
        field = self.form.fields[key]
        try:
            self._put(key, field.shown if text is None else field.parse(text))
        except FieldDeskError:
            return

    def _put(self, key: str, value: Any) -> None:
        tree = with_value(self._tree, key, value, self._earlier)
        if tree == self._tree:
            return
        self._tree = tree
        if key in ("kind", "when_item", "when_is"):
            self._offer_answers()
            self.form.load(self._uid, values_of(tree))
            if key == "kind":
                self.options.show_options(tree.get("options") or [])
        self._show_fields()
        self.changed.emit(deepcopy(tree))

    def _options_changed(self, options: list[dict[str, Any]]) -> None:
        self._tree = {**self._tree, "options": options}
        self.changed.emit(deepcopy(self._tree))


def _worded(words: str) -> Callable[[], str]:
    return lambda: _(words)
