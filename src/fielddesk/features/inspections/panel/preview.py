"""How an item of a checklist will look to the engineer, right where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.core.i18n import NAMES_OF_LANGUAGES, _
from fielddesk.features.inspections.dialogs import item_title, limits_words, named
from fielddesk.features.inspections.panel.answering import answering
from fielddesk.features.inspections.panel.item_fields import KIND_WORDS, LANGUAGES, condition_words, parts_text
from fielddesk.features.inspections.rules import PHOTO, SECTION, SIGNATURE, Item
from fielddesk.ui import theme
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, Remark
from fielddesk.ui.text import Heading, Text
from fielddesk.ui.wording import sentence


class Preview(Card):
    """One item as it is asked. It can be tried; nothing of that is kept."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._shown: tuple[Any, ...] = ()
        self._body: QWidget | None = None
        self._holder = QVBoxLayout()
        theme.space(self._holder, (16, 12, 16, 12), 8)
        self.column().addLayout(self._holder)

    def show_item(
        self, looked: Item | RuleBroken, number: int, tree: Mapping[str, Any], earlier: Mapping[str, tuple[int, Item]]
    ) -> None:
        """Show an item, or what is wrong with it."""
        shown = (str(looked), number, canonical.dumps(dict(tree)), theme.look().text_size)
        if shown == self._shown:
            return
        self._shown = shown
        if self._body is not None:
            self._holder.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        theme.space(self._column, spacing=8)
        self._column.addWidget(Text(lambda: _("How it will look"), "caption"))
        if isinstance(looked, RuleBroken):
            remark = Remark("bad")
            remark.show_words(sentence(looked))
            self._column.addWidget(remark)
        else:
            self._fill(looked, number, tree, earlier)
        self._holder.addWidget(self._body)

    def _fill(self, item: Item, number: int, tree: Mapping[str, Any], earlier: Mapping[str, tuple[int, Item]]) -> None:
        self._column.addWidget(Heading(item_title(item, number)))
        if help_text := named(item.help):
            self._column.addWidget(Text(help_text, "second", wraps=True))
        if item.kind in (PHOTO, SIGNATURE):
            self._column.addWidget(Text(_(KIND_WORDS[item.kind][0]), "second"))
        elif item.kind != SECTION:
            self._column.addWidget(answering(self._bench, item))
        for words in (limits_words(item), self._condition(tree, earlier), self._parts(tree)):
            if words:
                self._column.addWidget(Text(words, "caption", wraps=True))
        if lacking := [NAMES_OF_LANGUAGES[each] for each in LANGUAGES if not (tree.get("names") or {}).get(each)]:
            remark = Remark("warn")
            remark.show_words(_("No name yet in: {languages}").format(languages=_(", ").join(lacking)))
            self._column.addWidget(remark)

    def _condition(self, tree: Mapping[str, Any], earlier: Mapping[str, tuple[int, Item]]) -> str:
        when = tree.get("when") or {}
        if (found := earlier.get(str(when.get("item", "")))) is None:
            return ""
        number, there = found
        return _("Asked only if {item}: {answers}").format(
            item=item_title(there, number), answers=condition_words(there, when)
        )

    def _parts(self, tree: Mapping[str, Any]) -> str:
        parts = parts_text(tree.get("parts") or [])
        return _("Proposes when it fails: {parts}").format(parts=parts) if parts else ""
