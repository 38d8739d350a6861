"""Settings: language, theme and text size at once on the whole window, and what this laptop is to headquarters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from fielddesk.core.i18n import LANGUAGES, NAMES_OF_LANGUAGES, _, format_moment, format_number
from fielddesk.features.settings.panel import BackupCard, Keeper, PhotoFolderCard, ReportCard
from fielddesk.store.outbox import OwnOperation, setting
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.fields import Combo
from fielddesk.ui.page import PlainPage
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, CardRow
from fielddesk.ui.text import Text, Words, spoken

TEXT_SIZES = (100, 110, 125, 150, 175, 200)
SYSTEM = "system"
FACTS = ("hq_name", "hq_url", "account", "device_code", "synced_at")


class Preferences(Protocol):
    """What a person chose for the look and language of the window; setting one takes effect at once and is kept."""

    language: str | None
    theme: str | None
    text_size: int


class SettingsPage(PlainPage):
    """Cards: how the window looks and speaks, where photos come from, this laptop, its backups and problem reports."""

    watches = frozenset({OwnOperation.tablename})

    def __init__(self, bench: Bench, preferences: Preferences, keeper: Callable[[], Keeper | None]) -> None:
        super().__init__(lambda: _("Settings"), lambda: _("Everything here takes effect at once."))
        self._bench, self._preferences = bench, preferences
        self.pane.add(self._look())
        self.photos = PhotoFolderCard(bench)
        self.pane.add(self.photos)
        self.laptop = Card(lambda: _("This laptop"))
        self.pane.add(self.laptop)
        self.backups = BackupCard(bench, keeper)
        self.pane.add(self.backups)
        self.reports = ReportCard(bench, keeper)
        self.pane.add(self.reports)
        self.pane.add_stretch()
        self.reload()

    def _look(self) -> Card:
        card = Card(lambda: _("Look and language"))
        self.language = _Choice(lambda: _("Language"), self._languages())
        self.language.combo.activated.connect(self._choose_language)
        self.theme = _Choice(lambda: _("Theme"), self._themes())
        self.theme.combo.activated.connect(self._choose_theme)
        sizes: list[tuple[str, Words]] = [(str(size), partial(_percent, size)) for size in TEXT_SIZES]
        self.text_size = _Choice(lambda: _("Text size"), sizes)
        self.text_size.combo.activated.connect(self._choose_size)
        for row in (self.language, self.theme, self.text_size):
            card.add(row)
        return card

    def _languages(self) -> list[tuple[str, Words]]:
        own: list[tuple[str, Words]] = [(each, NAMES_OF_LANGUAGES[each]) for each in LANGUAGES]
        return [(SYSTEM, lambda: _("As the system")), *own]

    def _themes(self) -> list[tuple[str, Words]]:
        return [
            (SYSTEM, lambda: _("As the system")),
            ("light", lambda: _("Light")),
            ("dark", lambda: _("Dark")),
            ("contrast", lambda: _("High contrast")),
        ]

    def _choose_language(self) -> None:
        chosen = self.language.chosen()
        self._preferences.language = None if chosen == SYSTEM else chosen

    def _choose_theme(self) -> None:
        chosen = self.theme.chosen()
        self._preferences.theme = None if chosen == SYSTEM else chosen

    def _choose_size(self) -> None:
        self._preferences.text_size = int(self.text_size.chosen())

    def reload(self) -> None:
        self.language.show_choice(self._preferences.language or SYSTEM)
        self.theme.show_choice(self._preferences.theme or SYSTEM)
        self.text_size.show_choice(str(self._preferences.text_size))
        self._bench.read(_facts, self._show_facts, key="settings.facts")
        self.photos.reload()
        self.backups.reload()
        self.reports.reload()

    def arrive(self) -> None:
        self.reload()

    def focus(self) -> None:
        self.language.combo.setFocus()

    def _show_facts(self, facts: dict[str, object]) -> None:
        zone = self._bench.zone()
        synced = facts["synced_at"]
        rows = (
            (_("Headquarters"), str(facts["hq_name"] or "") or str(facts["hq_url"] or "")),
            (_("Address"), str(facts["hq_url"] or "")),
            (_("Account"), str(facts["account"] or "")),
            (_("Code in numbers made here"), str(facts["device_code"] or "")),
            (
                _("Last in step with headquarters"),
                format_moment(synced, zone) if isinstance(synced, int) else _("Never yet"),
            ),
        )
        self.laptop.clear()
        for label, value in rows:
            row = CardRow(label)
            row.add(Text(value, "second"))
            self.laptop.add(row)


class _Choice(CardRow):
    """A label with a list of choices at its right."""

    def __init__(self, label: Words, options: list[tuple[str, Words]]) -> None:
        super().__init__(label)
        self._label, self._options = label, options
        self.combo = Combo()
        theme.size(self.combo, width=240)
        self.add(self.combo)
        self.retranslate()

    def retranslate(self) -> None:
        if not hasattr(self, "combo"):
            return
        kept = self.chosen()
        self.combo.clear()
        for key, words in self._options:
            self.combo.addItem(spoken(words), key)
        self.show_choice(kept)
        self.combo.setAccessibleName(spoken(self._label))

    def chosen(self) -> str:
        return str(self.combo.currentData() or SYSTEM)

    def show_choice(self, key: str) -> None:
        self.combo.setCurrentIndex(max(0, self.combo.findData(key)))


def _percent(size: int) -> str:
    return _("{n} %").format(n=format_number(size))


def _facts(read: Reading) -> dict[str, object]:
    return {name: setting(read, name) for name in FACTS}
