"""A person at a laptop, for journeys: a real window without a screen, worked with keys, over a line one can pull out.

Run as a program it takes one command a line from its standard input, so that a test has a second laptop as a second
process: `python -m tests.journeys.persons HOME`. It is killed at a named point of the store when a command says so.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from fielddesk.app import Wishes, application, make_window, usual_parts
from fielddesk.core import canonical
from fielddesk.core.errors import NetworkProblem
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.queries import stock
from fielddesk.features.sync_centre.page import SyncPage
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.shell.hands import Hands
from fielddesk.shell.journey import begin_safely
from fielddesk.shell.journey.deskwork import Deskwork
from fielddesk.store.events import Event
from fielddesk.store.tx import Reading
from fielddesk.sync.client import HttpHq
from fielddesk.sync.protocol import Hq
from fielddesk.ui.forms import Form
from fielddesk.ui.page import SplitPage


class FileKeyStore:
    """Keeps secrets in a file, so that a laptop that was killed finds its key again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _all(self) -> dict[str, str]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def read(self, hq_id: str, account: str, which: str) -> str | None:
        return self._all().get(f"{hq_id}/{account}/{which}")

    def keep(self, hq_id: str, account: str, which: str, value: str) -> None:
        self.path.write_text(json.dumps({**self._all(), f"{hq_id}/{account}/{which}": value}))

    def forget(self, hq_id: str, account: str, which: str) -> None:
        rest = self._all()
        rest.pop(f"{hq_id}/{account}/{which}", None)
        self.path.write_text(json.dumps(rest))


ROWS = ("enrol", "hello", "push", "pull", "snapshot")
CONTENTS = ("contents", "create_upload", "upload_offset", "send_piece", "fetch_piece")


class Line:
    """Headquarters over HTTP while the cable is in; `slow` lets rows through and no photos and files."""

    plugged = True
    slow = False

    def __init__(self, address: str, token: str | None) -> None:
        self._hq = HttpHq(address, token)

    def __getattr__(self, name: str) -> Any:
        if (name in (*ROWS, *CONTENTS) and not Line.plugged) or (name in CONTENTS and Line.slow):
            return _nobody_there
        return getattr(self._hq, name)


def _nobody_there(*_words: Any) -> Any:
    raise NetworkProblem("no_route")


def _line(address: str, token: str | None) -> Hq:
    line: Any = Line(address, token)
    return line


class Person:
    """One person at one laptop. Every method works through the widgets, but for those that look into the store."""

    def __init__(self, home: Path, pictures: Path | None = None) -> None:
        self.home = home
        self.app = application()
        home.mkdir(parents=True, exist_ok=True)
        self.dies_at: tuple[str, int] | None = None
        parts = replace(
            usual_parts(home), key_store=lambda: FileKeyStore(home / "keys.json"), hq=_line, point=self._point
        )
        profiles = home / "profiles"
        folder = next(iter(sorted(profiles.iterdir())), None) if profiles.is_dir() else None
        self.window = make_window(self.app, parts, Wishes(language="en", theme="light"), folder)
        self.window.ended.disconnect(self.app.quit)
        self.mistakes: list[str] = []
        self.window.reports._told = self.mistakes.append
        self.desk = self.window.desk
        self.desk.resize(1366, 768)
        self.hands = Hands(self.desk, pictures)

    def _point(self, name: str) -> None:
        if self.dies_at is None or self.dies_at[0] != name:
            return
        self.dies_at = (name, self.dies_at[1] - 1)
        if self.dies_at[1] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    # -- the laptop ------------------------------------------------------------------------------------------------

    def enrol(self, address: str, code: str) -> None:
        """Set the laptop up from its first page, by keyboard, and fetch everything."""
        self.window.show()
        self.hands.until(lambda: self.window.start_page.card is not None, "the first page")
        self.hands.tab_to(self.window.start_page.card.buttons[0])
        self.hands.press("Space")  # the best way out: set this laptop up
        form = self.window.start_page.form
        self.hands.until(lambda: self.hands.keyboard() is form.fields["address"].editor, "the form")
        self.hands.type(address)
        self.hands.press("Tab")
        self.hands.type(code)
        self.hands.tab_to(self.window.start_page.card.buttons[0])
        self.hands.press("Space")
        self._ready()

    def open(self, plugged: bool = True) -> None:
        """Start with the profile that is there."""
        Line.plugged = plugged
        self.window.show()
        self._ready()

    def _ready(self) -> None:
        self.hands.until(lambda: self.window.opened is not None, "the store is open", 60)

    def plug(self, on: bool) -> None:
        """Put the network cable in, or pull it out and wait until the status bar says so."""
        Line.plugged = on
        if not on:
            self.hands.press("F5")
            line = self.window.line
            assert line is not None
            self.hands.until(lambda: line.status.code == "offline", "offline", 30)

    def die_at(self, point: str, count: int = 1) -> None:
        """Be killed when the store comes to this point."""
        self.dies_at = (point, count)

    def sync(self) -> str:
        """Sync now; returns the words of the status bar once everything was sent and fetched."""
        line = self.window.line
        assert line is not None
        before = line.status.synced_at
        self.hands.press("F5")
        self.hands.until(
            lambda: line.status.code == "agreed" and not line.status.waiting and line.status.synced_at != before,
            f"in step; it says {line.status}", 60,
        )  # fmt: skip
        self.hands.pause(700)  # the pages read again twice a second
        return self.status()

    def press_sync(self) -> None:
        """Ask for a sync and do not wait for it."""
        self.hands.press("F5")
        self.hands.pause(300)

    def status(self) -> str:
        """The words of the status bar, once it has caught up with the store."""
        bar, waiting = self.desk.status, self.waiting()
        self.hands.until(
            lambda: (bar.waiting.text().startswith(f"{waiting} ") if waiting else not bar.waiting.text()),
            f"the status bar tells that {waiting} wait",
        )  # fmt: skip
        return " · ".join(
            part for part in (bar.connection.text(), bar.waiting.text(), bar.needs_you.words()) if part.strip()
        )

    def close(self) -> list[str]:
        """Close the window; returns the mistakes of ours that came up."""
        self.desk.close()
        self.app.processEvents()
        return self.mistakes

    # -- work by keyboard --------------------------------------------------------------------------------------------

    def find(self, words: str) -> None:
        """Type into the search box and open the first thing found."""
        search = self.window.search
        assert search is not None
        self.hands.press("Ctrl+F")
        self.hands.type(words)
        self.hands.until(lambda: search.results.answers == words and search.results.rows, f"{words} is found")
        self.hands.press("Return")
        page = self.page()
        self.hands.until(lambda: page.pane.isVisible() and page.pane.title.text(), f"{words} opens")
        self.hands.pause(150)

    def page(self) -> SplitPage:
        page = self.desk.page(self.desk.current_place())
        assert isinstance(page, SplitPage)
        return page

    def tab(self, key: str) -> None:
        """Go to a tab of the chosen record with the arrow keys."""
        tabs = self.page().tabs.tabs  # type: ignore[attr-defined]
        self.hands.tab_to(tabs.bar)
        while tabs.current() != key:
            self.hands.press("Right" if tabs._keys.index(tabs.current()) < tabs._keys.index(key) else "Left")

    def next_step(self) -> None:
        """Take the order to its next state, whatever else is proposed before."""
        button = self.page().foot_buttons()[-1]  # type: ignore[attr-defined]
        self.hands.until(button.isEnabled, "the next step can be taken")
        self.hands.tab_to(button)
        before = self.waiting()
        self.hands.press("Space")
        tabs = self.page().tabs  # type: ignore[attr-defined]
        if tabs.tabs.current() == "safety" and self.waiting() == before:
            begin_safely(self.hands, tabs.panel("safety"))
        self.hands.until(lambda: self.waiting() > before or not button.isVisible(), "the step is taken")
        self.hands.pause(150)

    def note(self, text: str) -> None:
        before = self.waiting()
        self.hands.press("Alt+N")
        self.hands.type(text)
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: self.waiting() > before, "the note is kept")

    def fit(self, number: str, quantity: str) -> None:
        """Fit a part on the order that is open."""
        before = self.waiting()
        self.tab("parts")
        panel = self.page().tabs.panel("parts")  # type: ignore[attr-defined]
        self.hands.press("Alt+P")
        self.hands.until(lambda: self.hands.keyboard() is panel.adding.part.editor, "the part field")
        self.hands.type(number)
        self.hands.press("Return")
        self.hands.until(lambda: self.hands.keyboard() is panel.adding.quantity.editor, "the quantity field")
        self.hands.type(quantity)
        self.hands.press("Return")
        self.hands.until(lambda: self.waiting() > before, "the part is kept")

    def edit_asset(self, serial: str, key: str, text: str) -> None:
        """Find an asset and type into one of its fields; Enter keeps it."""
        before = self.waiting()
        self.find(serial)
        form = self.page().findChild(Form)
        assert form is not None
        self.hands.until(lambda: form.isVisible() and form.fields[key].editor.isVisible(), "the record")
        self.hands.tab_to(form.fields[key].editor)
        self.hands.press("Ctrl+A")
        self.hands.type(text)
        self.hands.press("Return")
        self.hands.until(lambda: self.waiting() > before, "the edit is kept")

    def decide(self, side: str) -> dict[str, list[str]]:
        """Open the first conflict of the sync centre and take one side for every field; returns what was to be seen."""
        self.desk.show_place("sync")
        page = self.page()
        assert isinstance(page, SyncPage)
        self.hands.until(lambda: page._conflict is not None, "the conflict is shown")
        card = page._conflict
        assert card is not None
        seen = {
            each.key: [str(each.label() if callable(each.label) else each.label), each.base, each.mine, each.theirs]
            for each in card.compare._differences
        }
        self.hands.picture("conflict")
        first = next(iter(card.compare._versions.values()))
        self.hands.tab_to(first)
        self.hands.press("Alt+1" if side == "mine" else "Alt+2")
        self.hands.until(page.steps.decide.button.isEnabled, "every field has a choice")
        self.hands.tab_to(page.steps.decide.button)
        self.hands.press("Space")
        self.hands.until(lambda: not self.desk.status.needs_you.isVisible(), "nothing needs a person any more")
        return seen

    def picture(self, name: str) -> None:
        self.hands.picture(name)

    def waiting(self) -> int:
        """How many operations have no outcome yet."""
        return Deskwork(self.window, self.hands).waiting()

    # -- looking into the store ---------------------------------------------------------------------------------------

    def _ask(self, question: Any) -> Any:
        assert self.window.opened is not None
        with self.window.opened.store.read() as read:
            return question(read)

    def asset(self, serial: str) -> dict[str, Any]:
        return dict(self._ask(lambda read: read.all(Asset, Asset.c.serial == serial)[0].body()))

    def order(self, number: str) -> dict[str, Any]:
        def look(read: Reading) -> dict[str, Any]:
            found = read.all(WorkOrder, WorkOrder.c.number == number)
            if not found:
                return {}
            notes = read.all(Note, Note.c.order_id == found[0].id, order=[Note.c.at])
            return {**found[0].body(), "notes": [note.text for note in notes]}

        return dict(self._ask(look))

    def orders(self) -> list[str]:
        """Numbers of orders whose work has not begun, the first due first; inspections have a story of their own."""
        c = WorkOrder.c
        where = (c.status == "assigned", c.kind != "inspection")
        return list(self._ask(lambda read: [each.number for each in read.all(WorkOrder, *where, order=[c.due_on])]))

    def stock_of(self, number: str) -> dict[str, int]:
        """Place to quantity in millionths, as the part's page shows it."""
        who = self.window.opened.store.identity  # type: ignore[union-attr]

        def look(read: Reading) -> dict[str, int]:
            part = read.all(Part, Part.c.number == number)[0]
            return {each.place: each.quantity for each in stock(read, part.id, who.user, who.role)}

        return dict(self._ask(look))

    def history(self, row_id: str) -> list[dict[str, Any]]:
        def look(read: Reading) -> list[dict[str, Any]]:
            found = read.all(Event, Event.c.about_id == row_id, order=[Event.c.at])
            return [{"kind": e.kind, "outcome": e.outcome, "told": canonical.loads(e.told)} for e in found]

        return list(self._ask(look))


def main(kind: type[Person] = Person) -> None:
    """Take commands until the input ends: [name, arguments…] a line, answered by {"is": …} or {"problem": …}."""
    faulthandler.enable()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    person = kind(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    for line in sys.stdin:
        name, *words = json.loads(line)
        try:
            answer = {"is": getattr(person, name)(*words)}
        except Exception as error:
            import traceback

            answer = {"problem": f"{type(error).__name__}: {error}\n{traceback.format_exc()[-1500:]}"}
            person.hands.picture("problem")
        print(json.dumps(answer), flush=True)
        if name == "close":
            return


if __name__ == "__main__":
    main()
