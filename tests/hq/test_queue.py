"""A queue loses nothing, takes nothing twice, and notices when two stand in it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from fielddesk.core import canonical
from fielddesk.core.ids import derived_id
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.actions import receive_stock, use_part
from fielddesk.features.people.rules import FIELD_STAFF
from fielddesk.features.workorders.actions import add_note
from fielddesk.hq import admin
from fielddesk.hq.settings import Refused, put_settings, settings
from fielddesk.store.actions import ACTIONS, Ctx, decision, fact
from fielddesk.store.tx import Tx
from fielddesk.store.types import Id, Line
from tests.support.offices import Laptop, Office, revisions


@pytest.fixture
def laptop(office: Office) -> Laptop:
    office.person("eve")
    return office.laptop("eve")


@pytest.fixture
def order(office: Office, laptop: Laptop) -> str:
    return office.order(office.customer(), assignee_id=laptop.user)


def test_a_push_whose_answer_was_lost_gives_the_same_outcomes_and_moves_the_ledger_once(
    office: Office, laptop: Laptop, order: str
) -> None:
    part, van = office.part(), office.van(laptop.user)
    laptop.say(receive_stock, place_id=van, part_id=part, quantity=5_000_000)
    laptop.say(use_part, order_id=order, part_id=part, quantity=2_000_000, place_id=van)
    first = laptop.push()
    rows, revs = office.rows(), revisions(office.hq)
    again = laptop.push()
    assert again == first
    assert (office.rows(), revisions(office.hq)) == (rows, revs)


def test_the_same_push_twice_at_once_applies_once_and_both_get_the_same_outcomes(
    office: Office, laptop: Laptop, order: str
) -> None:
    for n in range(20):
        laptop.say(add_note, order_id=order, text=str(n))
    answers: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: answers.append(laptop.push())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0]["outcomes"] == answers[1]["outcomes"]
    assert sum(table == "note" for table, _ in office.rows()) == 20


def test_a_long_push_is_taken_in_several_transactions_and_answered_as_one(
    office: Office, laptop: Laptop, order: str
) -> None:
    ops = [laptop.say(add_note, order_id=order, text=str(n)) for n in range(450)]
    answer = laptop.push()
    assert [one["id"] for one in answer["outcomes"]] == ops
    assert len({one["pos"] for one in answer["outcomes"]}) == 3
    laptop.catch_up(limit=100)
    assert laptop.bodies() == office.scope(laptop.user)


def test_behind_a_gap_nothing_is_taken(office: Office, laptop: Laptop, order: str) -> None:
    for n in range(4):
        laptop.say(add_note, order_id=order, text=str(n))
    answer = laptop.push([laptop.queue[0], laptop.queue[2], laptop.queue[3]])
    assert answer["next_seq"] == 2
    assert len(answer["outcomes"]) == 1
    assert (answer["later"], answer["fork"]) == (None, None)
    assert laptop.push()["next_seq"] == 5


@pytest.mark.parametrize("seq", [0, -1, 2**63 - 1, 2**63, 1.5, "1", True, None])
def test_a_place_that_cannot_be_is_refused_and_nothing_is_taken(
    office: Office, laptop: Laptop, order: str, seq: Any
) -> None:
    laptop.say(add_note, order_id=order, text="x")
    with pytest.raises(Refused) as refused:
        office.hq.push(laptop.question(ops=[laptop.queue[0] | {"seq": seq}]), laptop.token)
    assert (refused.value.status, refused.value.code) == (422, "request_wrong")
    assert laptop.push()["next_seq"] == 2


def test_a_body_that_does_not_fit_its_digest_was_broken_on_the_way(laptop: Laptop, order: str) -> None:
    laptop.say(add_note, order_id=order, text="x")
    with pytest.raises(Refused) as refused:
        laptop.push([laptop.queue[0] | {"body": laptop.queue[0]["body"].replace("x", "y")}])
    assert refused.value.code == "hash_wrong"


# ---------------------------------------------------------------- versions


def test_an_unknown_kind_is_answered_later_and_its_place_stays(office: Office, laptop: Laptop, order: str) -> None:
    laptop.say(add_note, order_id=order, text="known")
    unknown = laptop.say("wish_upon_a_star", star="Vega")
    laptop.say(add_note, order_id=order, text="behind")
    answer = laptop.push()
    assert answer["later"] == {"id": unknown, "kind": "wish_upon_a_star", "version": 1}
    assert answer["next_seq"] == 2
    assert unknown not in laptop.outcomes


def test_a_newer_version_of_a_known_kind_is_answered_later(laptop: Laptop, order: str) -> None:
    op = laptop.say("add_note", version=2, order_id=order, text="x")
    assert laptop.push()["later"] == {"id": op, "kind": "add_note", "version": 2}


def test_the_two_versions_before_are_brought_up_and_an_older_one_is_rejected(office: Office, laptop: Laptop) -> None:
    heard: list[str] = []

    def sing(tx: Tx, ctx: Ctx, *, song: Line) -> None:
        """Sing."""
        heard.append(song)

    upcasts = {
        2: lambda args, shown: ({"tune": args["air"]}, shown),
        3: lambda args, shown: ({"song": args["tune"]}, shown),
    }
    fact(may=FIELD_STAFF, version=4, upcasts=upcasts)(sing)
    try:
        laptop.say("sing", version=4, song="four")
        laptop.say("sing", version=3, tune="three")
        laptop.say("sing", version=2, air="two")
        too_old = laptop.say("sing", version=1, thing="one")
        assert laptop.hq.hello(laptop.question(), laptop.token)["accepts"]["sing"] == [2, 3, 4]
        laptop.push()
    finally:
        del ACTIONS["sing"]
    assert heard == ["four", "three", "two"]
    assert (laptop.did(too_old)["is"], laptop.did(too_old)["code"]) == ("rejected", "version_unknown")


def test_a_column_that_got_another_name_is_still_merged_with_what_the_older_form_showed(
    office: Office, laptop: Laptop
) -> None:
    customer = office.customer()
    office.order(customer, office.asset(customer), assignee_id=laptop.user)
    asset = office.ask("SELECT id FROM asset")[0][0]

    def call_machine(tx: Tx, ctx: Ctx, *, asset_id: Id, model: Line) -> None:
        """Name the model; version 1 called the column `type_name`."""
        tx.change(tx.one(Asset, asset_id), ctx.based_on, model=model)

    def renamed(args: dict[str, Any], shown: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"asset_id": args["asset_id"], "model": args["type_name"]}, {"model": shown["type_name"]}

    decision(may=FIELD_STAFF, version=2, about="asset_id", upcasts={1: renamed})(call_machine)
    try:
        first = laptop.say("call_machine", version=1, asset_id=asset, type_name="P 200", based_on={"type_name": ""})
        second = laptop.say(
            "call_machine", version=1, asset_id=asset, type_name="P 300", based_on={"type_name": "P 100"}
        )
        laptop.push()
    finally:
        del ACTIONS["call_machine"]
    assert laptop.did(first) == {"is": "applied"}
    assert laptop.did(second)["is"] == "conflict"
    assert laptop.did(second)["fields"] == {"model": {"base": "P 100", "mine": "P 300", "theirs": "P 200"}}


# ---------------------------------------------------------------- forks


def clone(laptop: Laptop) -> Laptop:
    """A second machine started from a copy of the first one's disk."""
    twin = object.__new__(Laptop)
    twin.__dict__.update(laptop.__dict__)
    twin.queue, twin.rows, twin.outcomes, twin.pages = list(laptop.queue), dict(laptop.rows), dict(laptop.outcomes), []
    return twin


def take_fork(laptop: Laptop, fork: dict[str, str]) -> None:
    """What a laptop does about it: its own queue, new places, the same ids and bodies."""
    laptop.incarnation = fork["incarnation"]
    waiting = [op for op in laptop.queue if canonical.loads(op["body"])["id"] not in laptop.outcomes]
    laptop.queue, laptop.sent = [op | {"seq": seq} for seq, op in enumerate(waiting, 1)], None


def test_the_same_place_with_another_operation_is_a_fork_in_push_and_both_laptops_work_arrives(
    office: Office, laptop: Laptop, order: str
) -> None:
    laptop.say(add_note, order_id=order, text="before the copy")
    laptop.push()
    twin = clone(laptop)
    laptop.say(add_note, order_id=order, text="from the first")
    twin.say(add_note, order_id=order, text="from the second")
    twin.say(add_note, order_id=order, text="and one more")
    laptop.push()
    answer = twin.push()
    assert answer["fork"] is not None
    assert answer["next_seq"] == 3
    assert answer["fork"]["incarnation"] != laptop.incarnation
    assert answer["incarnation"] == laptop.incarnation
    assert answer["fork"]["device_code"] != laptop.answer["device_code"]
    take_fork(twin, answer["fork"])
    assert twin.push()["next_seq"] == 3
    texts = {body["text"] for (table, _), body in office.rows().items() if table == "note"}
    assert texts == {"before the copy", "from the first", "from the second", "and one more"}
    twin.snapshot()
    twin.catch_up()
    laptop.catch_up()
    assert twin.bodies() == laptop.bodies() == office.scope(laptop.user)


def test_a_twin_notices_the_fork_in_pull_before_it_has_sent_anything(laptop: Laptop, order: str) -> None:
    twin = clone(laptop)
    laptop.say(add_note, order_id=order, text="x")
    laptop.push()
    page = twin.pull()
    assert page["fork"] is not None
    assert (page["rows"], page["outcomes"], page["from"], page["to"]) == ([], [], 0, 0)


def test_a_twin_that_stands_at_the_same_place_with_another_operation_notices_in_pull(
    laptop: Laptop, order: str
) -> None:
    twin = clone(laptop)
    laptop.say(add_note, order_id=order, text="x")
    twin.say(add_note, order_id=order, text="y")
    laptop.push()
    twin.sent = {"seq": 1, "id": canonical.loads(twin.queue[0]["body"])["id"]}
    assert twin.pull()["fork"] is not None
    assert laptop.pull()["fork"] is None


def test_a_laptop_whose_last_push_never_arrived_is_no_fork(laptop: Laptop, order: str) -> None:
    op = laptop.say(add_note, order_id=order, text="x")
    laptop.sent = {"seq": 1, "id": op}
    assert laptop.pull()["fork"] is None


def test_the_same_id_with_another_body_is_a_fork_and_changes_nothing(
    office: Office, laptop: Laptop, order: str
) -> None:
    part, van = office.part(), office.van(laptop.user)
    op = laptop.say(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=van)
    laptop.push()
    laptop.say(use_part, op_id=op, order_id=order, part_id=part, quantity=9_000_000, place_id=van)
    answer = laptop.push([laptop.queue[1]])
    assert answer["fork"] is not None
    assert office.row("movement", derived_id(op, "movement"))["quantity"] == -1_000_000


def test_a_restored_laptop_sends_what_it_remembers_and_nothing_happens_twice(
    office: Office, laptop: Laptop, order: str
) -> None:
    old = clone(laptop)
    ops = [laptop.say(add_note, order_id=order, text=str(n)) for n in range(3)]
    laptop.push()
    old.queue = list(laptop.queue)  # its journal still had them
    page = old.pull()
    take_fork(old, page["fork"])
    answer = old.push()
    assert [one["outcome"]["is"] for one in answer["outcomes"]] == ["applied"] * 3
    assert [one["id"] for one in answer["outcomes"]] == ops
    assert answer["next_seq"] == 4
    assert sum(table == "note" for table, _ in office.rows()) == 3
    old.say(add_note, order_id=order, text="and on")
    assert old.push()["next_seq"] == 5
    assert old.push()["fork"] is None


def test_a_restored_laptop_sees_the_outcomes_of_its_other_incarnation_in_the_feed(laptop: Laptop, order: str) -> None:
    old = clone(laptop)
    op = laptop.say(add_note, order_id=order, text="x")
    laptop.push()
    take_fork(old, old.pull()["fork"])
    assert [one["id"] for one in old.pull()["outcomes"]] == [op]


# ---------------------------------------------------------------- who asks


def refusal(laptop: Laptop, **question: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        laptop.hq.pull(laptop.question(**{"from": 0, "sent": None, "limit": 10} | question), laptop.token)
    return refused.value.status, refused.value.code


def test_only_its_own_token_opens_headquarters_to_a_laptop(office: Office, laptop: Laptop) -> None:
    other = office.laptop("eve")
    assert refusal(laptop, device=other.device) == (401, "device_unknown")
    laptop.token = "0" * 64
    assert refusal(laptop) == (401, "device_unknown")
    laptop.token = ""
    assert refusal(laptop) == (401, "device_unknown")


def test_another_headquarters_or_epoch_is_said_so(laptop: Laptop) -> None:
    assert refusal(laptop, hq_id="f" * 32) == (409, "wrong_hq")
    assert refusal(laptop, epoch=2) == (409, "epoch")
    assert refusal(laptop, epoch="1") == (409, "epoch")
    assert refusal(laptop, protocol=2) == (422, "protocol_unknown")


def test_a_code_lets_one_laptop_in_once_and_not_for_ever(office: Office) -> None:
    eve = office.person("eve")
    code = admin.enrolment_code(office.hq, eve)
    question = {"nonce": "n", "protocol": 1, "program": "1", "device_name": "x"}
    assert office.hq.enrol(question | {"code": code.lower().replace("-", " ")})["user_id"] == eve
    late = admin.enrolment_code(office.hq, eve)
    office.clock.pass_time(15 * 86_400)  # type: ignore[attr-defined]
    for wrong in (code, late, "", "0000-0000-0000-0000"):
        with pytest.raises(Refused) as refused:
            office.hq.enrol(question | {"code": wrong})
        assert (refused.value.status, refused.value.code) == (401, "code_wrong")


def test_neither_token_nor_code_lies_in_the_database_in_clear(office: Office) -> None:
    eve = office.person("eve")
    code = admin.enrolment_code(office.hq, eve)
    laptop = Laptop(office.hq, code)
    kept = repr(office.ask("SELECT * FROM device")) + repr(office.ask("SELECT * FROM enrolment_code"))
    assert laptop.token not in kept
    assert code.replace("-", "") not in kept


# ---------------------------------------------------------------- a restored headquarters


def test_after_a_restore_every_laptop_sends_again_and_the_rows_are_as_they_were(
    office: Office, laptop: Laptop, order: str
) -> None:
    laptop.catch_up()
    ops = [laptop.say(add_note, order_id=order, text=str(n)) for n in range(3)]
    laptop.push(laptop.queue[:2])
    epoch = admin.restored(office.hq)
    assert refusal(laptop) == (409, "epoch")
    hello = laptop.hq.hello(laptop.question(), laptop.token)
    assert hello["epoch"] == epoch
    assert hello["incarnation"] != laptop.incarnation
    laptop.epoch, laptop.incarnation, laptop.sent = epoch, hello["incarnation"], None
    laptop.push()
    assert [laptop.did(op)["is"] for op in ops] == ["applied"] * 3
    laptop.snapshot()
    laptop.catch_up()
    assert laptop.bodies() == office.scope(laptop.user)


def test_one_backup_put_back_twice_gives_two_epochs(office: Office) -> None:
    backup = office.hq.write(settings)
    first = admin.restored(office.hq)
    office.hq.write(lambda connection: put_settings(connection, **backup))
    assert admin.restored(office.hq) != first


def test_a_feed_older_than_the_cursor_is_refused_and_nothing_is_told(laptop: Laptop) -> None:
    assert refusal(laptop, **{"from": 10**9}) == (409, "feed_behind")


def test_device_codes_jump_ahead_at_a_restore_for_lost_ones_are_in_use_outside(office: Office, laptop: Laptop) -> None:
    admin.restored(office.hq)
    assert laptop.answer["device_code"] == "A1"
    assert int(office.laptop("eve").answer["device_code"][1:]) > 40
