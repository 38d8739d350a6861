"""An order from the real texts is worked without a connection, by keyboard, and is everywhere in the evening."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fielddesk.shell.demo import EmbeddedHq, real_lists
from tests.journeys.persons import Line, Person
from tests.journeys.places import FarLaptop, ask_hq, headquarters

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PIECE = 1_000_000
NOTE = "Seal ring was brittle, oil on the floor. 密封圈老化，已更换。"


@pytest.fixture
def real_hq(tmp_path: Path) -> Iterator[EmbeddedHq]:
    """Headquarters on the real lists where they are at hand, else on demo data."""
    place = headquarters(tmp_path / "headquarters", real_lists())
    yield place
    place.close()


@pytest.fixture
def anna(qtbot: QtBot, tmp_path: Path) -> Iterator[Person]:
    """An engineer at a laptop in this process."""
    Line.plugged = True
    person = Person(tmp_path / "anna", tmp_path / "pictures")
    yield person
    assert person.close() == []
    person.desk.deleteLater()


def test_an_order_done_offline_reaches_headquarters_and_a_second_laptop(
    real_hq: EmbeddedHq, anna: Person, laptop: Callable[[str], FarLaptop]
) -> None:
    ben = laptop("ben")
    ben.send("enrol", real_hq.address, real_hq.codes["dispatcher"])
    anna.enrol(real_hq.address, real_hq.codes["engineer"])
    anna.sync()
    ben.answer()
    ben("sync")
    number = next((each for each in anna.orders() if each.startswith("MT-")), anna.orders()[0])
    part, van = part_on_the_van(real_hq)
    before = anna.stock_of(part)

    anna.plug(False)
    anna.find(number)
    anna.next_step()
    assert anna.order(number)["status"] == "in_progress"
    anna.note(NOTE)
    anna.fit(part, "2")
    assert anna.stock_of(part)[van] == before[van] - 2 * PIECE
    anna.next_step()
    done = anna.order(number)
    assert (done["status"], done["notes"][-1]) == ("completed", NOTE)
    assert "5 changes wait to be sent" in anna.status()
    assert ask_hq(real_hq, f"SELECT status FROM work_order WHERE number = '{number}'") == [("assigned",)]

    anna.plug(True)
    words = anna.sync()
    assert words.startswith("In step with headquarters")
    assert "wait" not in words

    [(status, title)] = ask_hq(real_hq, f"SELECT status, title FROM work_order WHERE number = '{number}'")
    assert (status, title) == ("completed", done["title"])
    assert ask_hq(real_hq, f"SELECT count(*) FROM note WHERE text = '{NOTE}'") == [(1,)]
    ben("sync")
    assert ben("order", number)["status"] == "completed"
    assert NOTE in ben("order", number)["notes"]

    # Stock is the same on all three: the sum of the ledger at headquarters, and what both laptops show.
    [(ledger,)] = ask_hq(
        real_hq,
        "SELECT sum(m.quantity) FROM movement m JOIN part p ON p.id = m.part_id JOIN place l ON l.id = m.place_id "
        f"WHERE p.number = '{part}' AND l.name = '{van}'",
    )
    assert ledger == before[van] - 2 * PIECE
    assert anna.stock_of(part)[van] == ledger
    assert ben("stock_of", part)[van] == ledger
    assert ben("close") == []


def part_on_the_van(hq: EmbeddedHq) -> tuple[str, str]:
    """Number of a part from the real list (where there is one) of which the engineer's van holds two or more."""
    found = ask_hq(
        hq,
        "SELECT p.number, l.name FROM movement m JOIN part p ON p.id = m.part_id JOIN place l ON l.id = m.place_id "
        "JOIN user u ON u.id = l.keeper_id WHERE u.login = 'engineer' GROUP BY p.id HAVING sum(m.quantity) >= 2000000 "
        "ORDER BY p.category = 'Spare part', length(p.number) DESC, p.number LIMIT 1",
    )
    return str(found[0][0]), str(found[0][1])
