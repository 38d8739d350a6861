"""Every command of the window by name and key: places, what features offer, and what the window itself can do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from fielddesk.core.i18n import _
from fielddesk.ui.palette import Command

if TYPE_CHECKING:
    from fielddesk.shell.bench import WindowBench
    from fielddesk.shell.frame import Frame
    from fielddesk.ui.navigation import Place
    from fielddesk.ui.seams import CommandOffer

OWN_KEYS = ("Ctrl+F", "Ctrl+K", "Ctrl+Z", "")
"""Keys that the desk itself listens to."""


def commands_of(window: Frame, undo: Callable[[], None]) -> list[Command]:
    """What can be done now; nothing before a profile is open."""
    bench, desk, line = window.bench, window.desk, window.line
    if bench is None:
        return []
    found = [_go_to(window, place) for place in desk.navigation.places()]
    found += [_offered(offer, bench) for offer in bench.offers.commands]
    nothing = partial(_nothing_to_undo, bench)
    found += [
        Command("undo", lambda: _("Undo"), undo, "Ctrl+Z", "arrow-counter-clockwise", blocked=nothing),
        Command("search", lambda: _("Search"), desk.focus_search, "Ctrl+F", "magnifying-glass"),
        Command(
            "search_picture",
            lambda: _("Find from a picture"),
            desk.top.search.picture_asked.emit,
            "Ctrl+Shift+F",
            "qr-code",
            also=lambda: _("scan a label, QR code, bar code"),
        ),
        Command("end", lambda: _("End FieldDesk"), partial(_end, window), "Ctrl+Q", "sign-out"),
    ]
    if line is not None:
        found.append(Command("sync_now", lambda: _("Sync now"), line.sync_now, "F5", "arrows-clockwise"))
        found.append(Command("sync_stop", lambda: _("Stop syncing"), line.stop, "", "pause-circle"))
    return found


def shortcuts_of(window: Frame, commands: list[Command]) -> list[QShortcut]:
    """The keys of these commands, one command a key; those of the desk itself stand already."""
    taken, made = set(OWN_KEYS), []
    for command in commands:
        if command.shortcut not in taken:
            taken.add(command.shortcut)
            made.append(QShortcut(QKeySequence(command.shortcut), window.desk, partial(_run, command)))
    return made


def _go_to(window: Frame, place: Place) -> Command:
    go = partial(window.desk.show_place, place.key)
    return Command(f"go.{place.key}", place.title, go, icon=place.icon, place=lambda: _("Go to"))


def _offered(offer: CommandOffer, bench: WindowBench) -> Command:
    blocked = None if offer.blocked is None else partial(offer.blocked, bench)
    return Command(
        offer.key, offer.words, partial(offer.run, bench), offer.shortcut, offer.icon, offer.place, offer.also, blocked
    )


def _nothing_to_undo(bench: WindowBench) -> str:
    return "" if len(bench.undo) else _("Nothing to undo")


def _end(window: Frame) -> None:
    window.desk.close()


def _run(command: Command) -> None:
    if not (command.blocked and command.blocked()):
        command.run()
