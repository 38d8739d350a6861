"""What the administrator does at the command line, and what headquarters does by itself."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fielddesk.core.errors import RuleBroken, StoreProblem
from fielddesk.features.lifecycle.model import StrategyRevision
from fielddesk.features.lifecycle.queries import first_table, table_of
from fielddesk.features.parts.actions import receive_stock, use_part
from fielddesk.features.parts.model import StockLevel
from fielddesk.features.workorders.actions import add_note
from fielddesk.hq import admin
from fielddesk.hq.__main__ import main, release
from fielddesk.hq.jobs import Jobs, refresh_levels
from fielddesk.hq.service import device_code
from fielddesk.store.keys import new_store_key, parse_recovery_code, seal
from fielddesk.sync.client import HttpHq
from fielddesk.sync.protocol import EnrolRequest
from tests.support.offices import Office


def test_a_headquarters_is_founded_once(office: Office) -> None:
    with pytest.raises(RuleBroken, match="founded_already"):
        admin.found(office.hq, "Again", "admin2", "Bea")
    assert admin.first_administrator(office.hq) == office.boss
    assert office.row("user", office.boss)["role"] == "administrator"


def test_the_account_of_headquarters_itself_cannot_be_signed_in_with(office: Office) -> None:
    own = [body for (table, _), body in office.rows().items() if table == "user" and body["login"] == "headquarters"]
    assert [body["archived_at"] is not None for body in own] == [True]
    with pytest.raises(RuleBroken, match="login_unknown"):
        admin.user_of(office.hq, "headquarters")


def test_what_cannot_be_done_at_headquarters_changes_nothing(office: Office) -> None:
    before = office.rows()
    with pytest.raises(RuleBroken, match="login_taken"):
        admin.add_user(office.hq, "dispatcher", "Other", "dispatcher", office.boss)
    with pytest.raises(RuleBroken, match="held"):
        office.do(add_note, order_id="0" * 32, text="nowhere")
    assert office.rows() == before
    assert admin.waiting_operations(office.hq) == []


def test_device_codes_are_short_and_never_headquarters_own() -> None:
    codes = [device_code(n) for n in range(2000)]
    assert len(set(codes)) == 2000
    assert codes[:2] == ["A1", "B1"]
    assert not any(code.startswith("H") for code in codes)


def test_a_lost_store_key_comes_back_from_what_lies_in_the_profile(office: Office) -> None:
    office.person("eve")
    laptop = office.laptop("eve")
    key = new_store_key()
    sealed = seal(key, bytes.fromhex(laptop.answer["recovery_public"]), hq_id=laptop.hq_id)
    assert parse_recovery_code(admin.recover_key(office.hq, sealed)) == key
    with pytest.raises(StoreProblem, match="sealed_key_foreign"):
        admin.recover_key(office.hq, seal(key, bytes(range(32)), hq_id=laptop.hq_id))


def test_the_recovery_key_never_leaves_headquarters(office: Office) -> None:
    office.person("eve")
    laptop = office.laptop("eve")
    ((secret,),) = office.ask("SELECT value FROM hq_setting WHERE name = 'recovery_private'")
    laptop.snapshot()
    assert json.loads(secret) not in json.dumps([laptop.answer, *laptop.bodies().values()])


def test_devices_are_listed_with_every_code_they_had(office: Office) -> None:
    office.person("eve")
    laptop = office.laptop("eve")
    laptop.incarnation = "unknown"
    fork = laptop.hq.push(laptop.question(ops=[]), laptop.token)["fork"]
    (line,) = [one for one in admin.devices(office.hq) if one.id == laptop.device]
    assert line.codes == (laptop.answer["device_code"], fork["device_code"])
    with pytest.raises(RuleBroken, match="device_unknown"):
        admin.revoke_device(office.hq, "0" * 32)


def test_what_is_settled_cannot_be_settled_again(office: Office) -> None:
    office.person("eve")
    laptop = office.laptop("eve")
    op = laptop.say(add_note, order_id=office.order(office.customer()), text="x")
    laptop.push()
    office.hq.void(op)
    with pytest.raises(RuleBroken, match="operation_settled"):
        office.hq.release(op)
    with pytest.raises(RuleBroken, match="operation_unknown"):
        office.hq.void("0" * 32)


# ---------------------------------------------------------------- jobs


def levels(office: Office) -> dict[tuple[str, str], int]:
    with office.hq.read() as read:
        return {(row.place_id, row.part_id): row.quantity for row in read.all(StockLevel)}


def test_stock_levels_follow_the_ledger_and_only_what_moved_is_published(office: Office) -> None:
    eve = office.person("eve")
    van, depot, part, other = office.van(eve), office.van(None), office.part("P-1"), office.part("P-2")
    order = office.order(office.customer())
    office.do(receive_stock, place_id=van, part_id=part, quantity=5_000_000)
    office.do(receive_stock, place_id=depot, part_id=other, quantity=7_000_000)
    assert refresh_levels(office.hq) == 2
    assert refresh_levels(office.hq) == 0
    office.do(use_part, order_id=order, part_id=part, quantity=6_000_000, place_id=van)
    assert refresh_levels(office.hq) == 1
    assert levels(office) == {(van, part): -1_000_000, (depot, other): 7_000_000}
    ann = office.person("ann")
    laptop = office.laptop("ann")
    laptop.catch_up()
    assert len(laptop.has("stock_level")) == 2
    assert laptop.has("movement") == set()
    assert laptop.bodies() == office.scope(ann)


def test_levels_are_right_also_where_the_feed_was_pruned_in_between(office: Office) -> None:
    depot, part = office.van(None), office.part()
    office.do(receive_stock, place_id=depot, part_id=part, quantity=5_000_000)
    ((head,),) = office.ask("SELECT pos FROM counter")
    admin.prune_feed(office.hq, head)
    assert refresh_levels(office.hq) == 1
    assert levels(office) == {(depot, part): 5_000_000}


def test_jobs_run_when_woken_and_survive_a_failure(office_on_sqlite: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    office = office_on_sqlite
    ran = threading.Semaphore(0)
    outcomes = iter([RuntimeError("first one fails"), None])

    def refresh(_hq: object) -> None:
        ran.release()
        if (fault := next(outcomes, None)) is not None:
            raise fault

    monkeypatch.setattr("fielddesk.hq.jobs.refresh_levels", refresh)
    jobs = Jobs(office.hq, every_s=3600)
    jobs.start()
    assert ran.acquire(timeout=20)
    jobs.wake()
    assert ran.acquire(timeout=20)
    jobs.stop()
    assert not jobs.is_alive()


# ---------------------------------------------------------------- the command line


def run(folder: Path, *words: str) -> int:
    return main(["--data", str(folder), *words])


def test_founding_people_codes_and_what_waits_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "serve") == 2
    assert run(tmp_path, "found", "North", "admin", "Ada") == 0
    assert run(tmp_path, "add-user", "eve", "Eve", "service_engineer") == 0
    assert run(tmp_path, "enrol-code", "eve") == 0
    code = capsys.readouterr().out.split()[-1]
    assert len(code) == 19
    assert run(tmp_path, "enrol-code", "nobody") == 2
    assert run(tmp_path, "held") == 0
    assert run(tmp_path, "restored") == 0
    assert "Epoch " in capsys.readouterr().out
    assert run(tmp_path, "release", "0" * 32) == 2
    assert run(tmp_path, "devices") == 0
    assert run(tmp_path, "devices") == 0


def test_what_is_held_is_released_by_the_end_of_its_name_as_the_laptop_says_it(
    office_on_sqlite: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office = office_on_sqlite
    office.person("eve")
    laptop = office.laptop("eve")
    order = office.order(office.customer())
    first, second = (laptop.say(add_note, order_id=order, text=text) for text in ("x", "y"))
    laptop.push()
    release(office.hq, argparse.Namespace(operation=first[-8:].upper()))
    assert "applied" in capsys.readouterr().out
    with pytest.raises(RuleBroken, match="operation_unknown"):
        release(office.hq, argparse.Namespace(operation=""))
    assert [one.id for one in admin.waiting_operations(office.hq)] == [second]


def test_plain_http_is_for_this_machine_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "found", "North", "admin", "Ada") == 0
    for host in ("0.0.0.0", "192.168.7.7", "::", "example.org"):
        assert run(tmp_path, "--host", host, "--port", "0") == 2
        assert "--tls-cert" in capsys.readouterr().err


def embedded(folder: Path) -> tuple[subprocess.Popen[str], dict[str, object]]:
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "fielddesk.hq", "--data", str(folder), "--port", "0", "--embedded"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    return child, json.loads(child.stdout.readline())


@pytest.mark.slow
def test_embedded_it_says_where_it_is_takes_a_laptop_and_ends_with_its_parent(tmp_path: Path) -> None:
    child, ready = embedded(tmp_path)
    line = HttpHq(str(ready["address"]))
    me = line.enrol(EnrolRequest("n", str(ready["enrolment_code"]), "laptop"))
    assert me.role == "administrator"
    line.close()
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    assert child.wait(20) == 0
    child.stdout.close()


@pytest.mark.slow
def test_embedded_it_also_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, sys.executable, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = json.loads(parent.stdout.readline())["pid"]
    parent.kill()
    parent.wait(20)
    parent.stdout.close()
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        signal.sigtimedwait([], 0.1)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("headquarters outlived its parent")


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.argv[1], "-m", "fielddesk.hq", "--data", sys.argv[2], "--port", "0", "--embedded"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
print(child.stdout.readline(), flush=True)
time.sleep(600)
"""


def test_past_the_backup_horizon_bodies_go_outcomes_stay_and_what_waits_is_kept(office: Office) -> None:
    eve = office.person("eve")
    laptop = office.laptop("eve")
    order = office.order(office.customer(), assignee_id=eve)
    done = laptop.say(add_note, order_id=order, text="x")
    waits = laptop.say(add_note, order_id=office.order(office.customer()), text="y")
    first = laptop.push()
    office.clock.pass_time(31 * 86_400)  # type: ignore[attr-defined]
    late = laptop.say(add_note, order_id=order, text="z")
    laptop.push()
    assert admin.prune(office.hq) > 0
    bodies = dict(office.ask("SELECT id, body FROM operation"))
    assert bodies[done] == ""
    assert bodies[waits] != ""
    assert bodies[late] != ""
    assert laptop.push()["outcomes"][:2] == first["outcomes"]
    assert laptop.pull(start=0)["snapshot"]
    office.hq.release(waits)
    laptop.snapshot()
    laptop.catch_up()
    assert laptop.bodies() == office.scope(eve)
    assert admin.prune(office.hq) == 0


def test_a_new_headquarters_begins_with_the_shipped_strategy_and_takes_it_once(office: Office) -> None:
    for _ in range(2):
        admin.take_first_strategy(office.hq, office.boss)
    with office.hq.read() as read:
        [row] = read.all(StrategyRevision)
        assert (row.number, table_of(row.table)) == (1, first_table())
