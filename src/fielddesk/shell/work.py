"""From an opening profile to a window one can work in: places, bench, search, line to headquarters, counts."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from functools import partial

import sqlalchemy as sa
from PySide6.QtCore import QTimer

from fielddesk.core.config import read_choices
from fielddesk.core.errors import StoreProblem
from fielddesk.core.i18n import _
from fielddesk.features.people.model import User
from fielddesk.shell import places
from fielddesk.shell.bench import WindowBench
from fielddesk.shell.frame import Frame
from fielddesk.shell.line import SyncLine
from fielddesk.shell.opening import Opened
from fielddesk.shell.outcomes import WindowOutbox
from fielddesk.shell.search import Search
from fielddesk.shell.status import StatusWords
from fielddesk.shell.upkeep import ProfileUpkeep
from fielddesk.shell.waking import Waking
from fielddesk.store.database import Store
from fielddesk.store.outbox import OwnOperation
from fielddesk.store.profile import Header
from fielddesk.store.tx import Reading
from fielddesk.sync.status import Status
from fielddesk.ui.navigation import Place
from fielddesk.ui.page import Page
from fielddesk.ui.seams import Me, PlaceOffer

FIRST_PLACE = "orders"
DAY_CHECK_MS = 30_000
YIELD_S = 0.001
"""How long a thread keeps Python from the window's while both want it: several readers and sync would add up to more
than a frame of the screen with Python's own five milliseconds. Not at the start, which has only one to wait for."""
SYNC_AFTER_MS = 400
"""After the first page is there: sync's own modules load then, and not in the way of the first keystroke."""


def begin_work(window: Frame, header: Header, opening: Future[Opened]) -> None:
    """Make the bench and the first page while the store is still being opened."""
    desk = window.desk
    window.line = SyncLine(window, rests=not window.parts.syncs)
    window.line.broke.connect(window.mistake)
    window.line.enrolment_asked.connect(window.enrol_again)
    window.line.changed.connect(partial(_heed, window))
    outbox = WindowOutbox(lambda: bench)
    offers = places.offers(window.line, outbox, window.preferences, lambda: window.upkeep)
    me = Me(
        str(header.who.get("user", "")),
        str(header.who.get("role", "")),
        device_code=str(header.who.get("device_code", "")),
    )
    bench = WindowBench(_store_of(opening), me, offers, window.parts.clock, desk)
    bench.broke.connect(window.mistake)
    bench.trouble.connect(window.tell_trouble)
    bench.changed.connect(window.reload_pages)
    bench.wanted.connect(window.line.content_wanted)
    window.bench = bench
    shown = [Place(each.key, each.title, each.icon, each.at_bottom) for each in offers.places if each.in_navigation]
    window.show_places(shown, {each.key: partial(each.page, bench) for each in offers.places})
    keys = [each.key for each in offers.places]
    wanted = read_choices(window.parts.home).place
    first = wanted if wanted in keys else FIRST_PLACE if FIRST_PLACE in keys else keys[0]
    desk.show_place(first)
    page = desk.page(first)
    if isinstance(page, Page):
        page.focus()
    window.search = Search(desk, bench)
    window.upkeep = ProfileUpkeep(opening, window)
    window.upkeep.damaged.connect(window.stop_for)
    window.upkeep.trouble.connect(window.tell_trouble)
    window.upkeep.broke.connect(window.mistake)
    window.install_shortcuts()


def _store_of(opening: Future[Opened]) -> Future[Store]:
    """The store alone, for readers; a failure is told once, by who follows the opening itself."""
    store: Future[Store] = Future()

    def came(done: Future[Opened]) -> None:
        if (error := done.exception()) is not None:
            store.set_exception(error)
        else:
            store.set_result(done.result().store)

    opening.add_done_callback(came)
    return store


def work_opened(window: Frame, opened: Opened) -> None:
    """The store is open: say whose it is, count what waits, and soon begin to sync."""
    bench, line = window.bench, window.line
    assert bench is not None
    assert line is not None
    bench.store_opened(opened.store)
    sys.setswitchinterval(YIELD_S)
    _ask_name(window)
    bench.watch({User.tablename}, partial(_ask_name, window))
    window.status_words = StatusWords(window.desk.status, line, bench)
    for offer in bench.offers.places:
        if offer.count is not None:
            _count(window, offer)
            bench.watch(offer.count_watches or offer.shows, partial(_count, window, offer))
        if offer.resumes is not None:
            _resume(bench, offer)
    bench.watch({OwnOperation.tablename}, partial(_tell_line, bench, line))
    _watch_the_day(window, bench)
    window.tell_found(opened.store.found)
    line.prepare(lambda: _start_line(window, opened))
    Waking(line.wake, window.parts.clock, line)
    if window.parts.syncs:
        QTimer.singleShot(SYNC_AFTER_MS, window, lambda: _start_line(window, opened))


def end_work(window: Frame) -> None:
    """Take places, bench and line away again: the store did not open, or is about to be closed."""
    if window.upkeep is not None:
        window.upkeep.close()
    if window.line is not None:
        window.line.close()
    if window.bench is not None:
        window.bench.close()
    window.desk.clear_places()
    for part in (window.search, window.status_words, window.upkeep, window.line, window.bench):
        if part is not None:
            part.deleteLater()
    window.search = window.status_words = window.upkeep = window.line = window.bench = None


def _start_line(window: Frame, opened: Opened) -> None:
    if window.line is not None and window.opened is opened:
        window.line.start(opened.store, window.parts.hq(opened.header.hq_url, opened.token), window.parts.clock)


def _heed(window: Frame, status: Status) -> None:
    """Headquarters has revoked this laptop: remember it at once, and close the profile when all of it is handed in."""
    opened = window.opened
    if status.code != "locked" or opened is None:
        return
    from fielddesk.store.enrolment import lock_out

    try:
        lock_out(opened.store)
    except StoreProblem:
        pass  # a full disk does not open what is locked: headquarters says it again at the next start
    if status.retry_in is None and not status.trying:
        window.stop_for(StoreProblem("laptop_locked"))


def _tell_line(bench: WindowBench, line: SyncLine) -> None:
    count = sa.select(sa.func.count()).where(OwnOperation.c.outcome.is_(None))
    bench.look_up(lambda read: int(read.value(count) or 0), line.local_work, "line.waiting")


def _ask_name(window: Frame) -> None:
    bench = window.bench
    if bench is not None:
        bench.look_up(lambda read: _name(read, bench.me.user_id), partial(_say_name, window), "me.name")


def _name(read: Reading, user_id: str) -> str:
    user = read.get(User, user_id)
    return "" if user is None else user.name


def _say_name(window: Frame, name: str) -> None:
    bench = window.bench
    if bench is not None:
        bench.me = Me(bench.me.user_id, bench.me.role, name, bench.me.device_code)
        window.desk.top.user.set_words(name or (lambda: _("This laptop")))


def _count(window: Frame, offer: PlaceOffer) -> None:
    bench = window.bench
    if bench is None or offer.count is None:
        return
    count, me, today = offer.count, bench.me, bench.today()
    # Not in the readers' queue: the rows of the list come before the numbers beside the places.
    bench.look_up(
        lambda read: count(read, me, today), lambda n: window.desk.set_count(offer.key, n or 0), f"count.{offer.key}"
    )


def _resume(bench: WindowBench, offer: PlaceOffer) -> None:
    """Put in front what a person was in the middle of when the battery died."""
    resumes, me = offer.resumes, bench.me
    if resumes is not None:
        bench.look_up(
            lambda read: resumes(read, me), lambda row: bench.show(*row) if row else None, f"resume.{offer.key}"
        )


def _watch_the_day(window: Frame, bench: WindowBench) -> None:
    """At midnight what is due today is another day's."""
    day = [bench.today()]

    def look() -> None:
        if bench.today() != day[0]:
            day[0] = bench.today()
            for key, page in window.desk.made_pages().items():
                if isinstance(page, Page):
                    page.reload() if key == window.desk.current_place() else window.reload_late(key)
            for offer in bench.offers.places:
                _count(window, offer)

    timer = QTimer(bench)
    timer.setInterval(DAY_CHECK_MS)
    timer.timeout.connect(look)
    timer.start()
