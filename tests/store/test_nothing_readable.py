"""Whoever finds the laptop finds noise: no name, no note, no sign of a database in any file of the profile."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import add_note, create_order
from fielddesk.store.actions import call
from fielddesk.store.enrolment import Enrolment
from fielddesk.store.keys import Keys
from fielddesk.store.laptop import DATABASE
from fielddesk.store.outbox import Draft, setting
from fielddesk.store.profile import read_header
from fielddesk.store.rebuild import rebuild
from fielddesk.store.tx import write
from fielddesk.store.vault import Vault
from tests.support.laptops import KEY, new_laptop, open_again

PLANTED = ("Geheimwerk Nord", "密封件泄漏", "Seal drips at joint", "draft half typed", "anna.okafor", "Leitstelle Sued")


def test_no_file_of_a_profile_holds_what_was_entered(tmp_path: Path):
    folder = tmp_path / "profile"
    store = new_laptop(folder, role=DISPATCHER, account=PLANTED[4], hq_name=PLANTED[5])
    customer = store.do(call(create_customer, number="K-7", name=PLANTED[0])).results[0]
    new = call(create_order, number="WO-1", kind="repair", title=PLANTED[1], customer_id=customer)
    order = store.do(new).results[0]
    store.do(call(add_note, order_id=order, text=PLANTED[2]))

    def keep_draft(connection):  # type: ignore[no-untyped-def]
        row = Draft(name="note", about_id=order, text=f'"{PLANTED[3]}"', at=1)
        write(connection, Draft, "put", [row])
        return None, []

    store.write(keep_draft)
    Vault(folder, Keys(KEY)).write("crash", "report", PLANTED[2].encode())
    store.close()
    open_again(folder).close()

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"store.db", "profile.json"} <= {path.name for path in files}
    assert any(path.suffix == ".fdj" for path in files)
    for path in files:
        content = path.read_bytes()
        assert b"SQLite format" not in content, path
        for words in PLANTED:
            assert words not in str(path)
            for coding in ("utf-8", "utf-16-le", "gb18030", "unicode-escape"):
                assert words.encode(coding) not in content, (path, words, coding)


def test_the_names_in_a_header_are_for_who_has_the_key_and_outlive_the_database(tmp_path: Path):
    folder = tmp_path / "profile"
    new_laptop(folder, account=PLANTED[4], hq_name=PLANTED[5]).close()
    (folder / DATABASE).unlink()
    with closing(rebuild(folder, KEY, FixedClock())) as store, store.read() as read:
        assert (setting(read, "account"), setting(read, "hq_name")) == (PLANTED[4], PLANTED[5])
    header = read_header(folder)
    assert Enrolment.from_header(header, Keys(KEY)).account == PLANTED[4]
    with pytest.raises(KeyError):
        Enrolment.from_header(header, Keys(bytes(32)))
