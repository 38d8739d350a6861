"""Each operation has exactly one outcome that stands, and every outcome moves the queue on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import DAY
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.parts.actions import create_place, receive_stock, take_part_back, use_part
from fielddesk.features.people.rules import ENGINEER, FIELD_STAFF
from fielddesk.features.workorders.actions import add_note, create_order, set_order_status
from fielddesk.features.workorders.model import Note
from fielddesk.hq import admin
from fielddesk.store.actions import ACTIONS, Ctx, decision, fact
from fielddesk.store.tx import Tx
from fielddesk.store.types import Id, Line
from tests.support.offices import Laptop, Office


@pytest.fixture
def eve(office: Office) -> str:
    return office.person("eve")


@pytest.fixture
def laptop(office: Office, eve: str) -> Laptop:
    return office.laptop("eve")


@pytest.fixture
def order(office: Office, eve: str) -> str:
    return office.order(office.customer(), assignee_id=eve)


def test_a_note_is_applied_and_comes_back_with_its_event(office: Office, laptop: Laptop, order: str) -> None:
    op = laptop.say(add_note, order_id=order, text="Seal replaced")
    answer = laptop.push()
    assert laptop.did(op) == {"is": "applied"}
    assert answer["next_seq"] == 2
    laptop.catch_up()
    note = derived_id(op, "note")
    assert laptop.rows[("note", note)][1]["text"] == "Seal replaced"
    assert laptop.rows[("event", op)][1]["about_id"] == order
    assert laptop.bodies() == office.scope(laptop.user)


def test_the_outcome_comes_with_the_page_that_holds_its_rows(laptop: Laptop, order: str) -> None:
    op = laptop.say(add_note, order_id=order, text="x")
    pos = laptop.push()["outcomes"][0]["pos"]
    laptop.outcomes.clear()
    laptop.catch_up()
    assert laptop.outcomes[op]["pos"] == pos
    page = laptop.pages[-1]
    assert max(row["pos"] for row in page["rows"] if row["id"] == op) <= pos


def test_edits_of_different_fields_merge(office: Office, laptop: Laptop, eve: str) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    office.order(customer, asset, eve)
    shown = office.row("asset", asset)
    office.do(edit_asset, asset_id=asset, software_version="2.0", based_on=shown)
    op = laptop.say(edit_asset, asset_id=asset, name="Press 4", based_on=shown)
    laptop.push()
    assert laptop.did(op) == {"is": "merged"}
    assert office.row("asset", asset)["software_version"] == "2.0"
    assert office.row("asset", asset)["name"] == "Press 4"


def test_the_same_new_value_is_no_conflict(office: Office, laptop: Laptop, eve: str) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    office.order(customer, asset, eve)
    shown = office.row("asset", asset)
    office.do(edit_asset, asset_id=asset, name="Press 4", based_on=shown)
    op = laptop.say(edit_asset, asset_id=asset, name="Press 4", based_on=shown)
    laptop.push()
    assert laptop.did(op) == {"is": "applied"}, "nothing of anybody else was kept beside it"


def test_the_undo_of_a_value_that_is_undone_already_merges_with_nothing(
    office: Office, laptop: Laptop, eve: str
) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    office.order(customer, asset, eve)
    first = laptop.say(edit_asset, asset_id=asset, name="Press 4", based_on={"name": "Press"})
    laptop.push()
    office.do(edit_asset, asset_id=asset, name="Press", based_on={"name": "Press 4"})
    undo = laptop.say(edit_asset, asset_id=asset, name="Press", based_on={"name": "Press 4"})
    laptop.push()
    assert [laptop.did(op) for op in (first, undo)] == [{"is": "applied"}, {"is": "applied"}]


def test_an_equal_value_beside_another_field_of_somebody_else_is_merged(
    office: Office, laptop: Laptop, eve: str
) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    office.order(customer, asset, eve)
    shown = office.row("asset", asset)
    office.do(edit_asset, asset_id=asset, name="Press 4", software_version="2.0", based_on=shown)
    op = laptop.say(edit_asset, asset_id=asset, name="Press 4", based_on=shown)
    laptop.push()
    assert laptop.did(op) == {"is": "merged"}


def test_two_who_edit_one_field_conflict_and_the_loser_learns_who_was_first(
    office: Office, laptop: Laptop, eve: str
) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    office.order(customer, asset, eve)
    shown = office.row("asset", asset)
    office.do(edit_asset, asset_id=asset, name="Press A", based_on=shown)
    op = laptop.say(edit_asset, asset_id=asset, name="Press B", based_on=shown)
    laptop.push()
    told = laptop.did(op)
    assert told["is"] == "conflict"
    assert (told["table"], told["id"], told["by"]) == ("asset", asset, "Dora")
    assert told["fields"] == {"name": {"base": "Press", "mine": "Press B", "theirs": "Press A"}}
    event = office.row("event", op)
    assert event["outcome"] == "conflict"
    assert canonical.loads(event["told"])["conflict"]["name"]["mine"] == "Press B"
    assert office.row("asset", asset)["name"] == "Press A"
    laptop.catch_up()
    assert laptop.bodies() == office.scope(eve)


def test_half_of_a_field_group_is_never_merged(office: Office, laptop: Laptop, eve: str) -> None:
    customer = office.customer()
    asset = office.asset(customer)
    office.order(customer, asset, eve)
    shown = office.row("asset", asset)
    office.do(edit_asset, asset_id=asset, building="Hall 1", based_on=shown)
    op = laptop.say(edit_asset, asset_id=asset, position="Bay 7", based_on=shown)
    laptop.push()
    assert laptop.did(op)["is"] == "conflict"
    assert office.row("asset", asset)["position"] == ""


def test_a_broken_rule_is_rejected_with_code_values_and_field(laptop: Laptop, order: str) -> None:
    op = laptop.say(
        set_order_status, order_id=order, status="completed", based_on={"status": "assigned", "status_reason": ""}
    )
    laptop.push()
    assert laptop.did(op) == {
        "is": "rejected", "code": "status_cannot_follow", "field": "status",
        "values": {"status": "assigned", "wanted": "completed"},
    }  # fmt: skip


def test_an_argument_that_is_not_acceptable_is_rejected_with_its_field(laptop: Laptop, order: str) -> None:
    op = laptop.say("add_note", order_id=order, text="a\x00b")
    laptop.push()
    assert (laptop.did(op)["code"], laptop.did(op)["field"]) == ("text_has_nul", "text")


def test_what_needs_a_rejected_operation_is_parked_with_it_as_one_chain(office: Office, laptop: Laptop) -> None:
    bad = laptop.say("create_order", number="WO-1", kind="repair", title="", customer_id=office.customer())
    order = derived_id(bad, "order")
    dependants = [laptop.say(add_note, order_id=order, text=str(n), needs=(bad,)) for n in range(8)]
    grandchild = laptop.say(add_note, order_id=order, text="more", needs=(dependants[0],))
    answer = laptop.push()
    assert laptop.did(bad)["is"] == "rejected"
    assert [laptop.did(op) for op in [*dependants, grandchild]] == [{"is": "parked", "on": bad}] * 9
    assert answer["next_seq"] == 11


def test_a_fact_on_a_row_that_is_not_there_yet_is_held_until_it_comes(office: Office, laptop: Laptop, eve: str) -> None:
    customer = office.customer()
    creating = new_id(office.clock.now())
    order = derived_id(creating, "order")
    op = laptop.say(add_note, order_id=order, text="early")
    laptop.push()
    assert laptop.did(op) == {"is": "held", "reason": "row_missing", "table": "work_order", "id": order}
    assert ("event", op) not in office.rows()
    dora = office.laptop("dispatcher")
    dora.say(
        create_order, op_id=creating, number="WO-7", kind="repair", title="Leak", customer_id=customer, assignee_id=eve
    )
    dora.push()
    laptop.catch_up()
    assert laptop.did(op) == {"is": "applied"}
    assert laptop.bodies() == office.scope(eve)
    assert laptop.push()["outcomes"][0]["outcome"] == {"is": "applied"}


def test_a_fact_that_names_an_unknown_part_is_held_and_a_decision_is_rejected(
    office: Office, laptop: Laptop, order: str
) -> None:
    nowhere = "0" * 32
    van = office.van(laptop.user)
    held = laptop.say(use_part, order_id=order, part_id=nowhere, quantity=1_000_000, place_id=van)
    customer = office.row("work_order", order)["customer_id"]
    refused = laptop.say(create_order, number="WO-2", kind="repair", title="x", customer_id=customer, asset_id=nowhere)
    laptop.push()
    assert (laptop.did(held)["is"], laptop.did(held)["id"]) == ("held", nowhere)
    assert (laptop.did(refused)["is"], laptop.did(refused)["code"]) == ("rejected", "row_missing")


def test_what_needs_a_held_operation_is_held_and_goes_with_it(office: Office, laptop: Laptop, order: str) -> None:
    nowhere = "0" * 32
    first = laptop.say(use_part, order_id=order, part_id=nowhere, quantity=1_000_000, place_id=office.van(laptop.user))
    second = laptop.say(add_note, order_id=order, text="fitted", needs=(first,))
    laptop.push()
    assert laptop.did(second) == {"is": "held", "reason": "waits", "on": first}
    office.hq.void(first)
    laptop.catch_up()
    assert laptop.did(first) == {"is": "void"}
    assert laptop.did(second) == {"is": "parked", "on": first}


def test_a_person_releases_what_is_held(office: Office, laptop: Laptop) -> None:
    order = office.order(office.customer())
    op = laptop.say(add_note, order_id=order, text="I was there")
    then = laptop.say(add_note, order_id=order, text="and stayed", needs=(op,))
    laptop.push()
    assert laptop.did(op) == {"is": "held", "reason": "not_in_scope"}
    assert [one.id for one in admin.waiting_operations(office.hq)] == [op, then]
    office.hq.release(op)
    laptop.catch_up()
    assert laptop.did(op) == {"is": "applied"}
    assert laptop.did(then) == {"is": "held", "reason": "not_in_scope"}
    assert ("note", derived_id(op, "note")) in office.rows()


def test_stock_may_go_below_zero(office: Office, laptop: Laptop, order: str) -> None:
    part, van = office.part(), office.van(laptop.user)
    laptop.say(receive_stock, place_id=van, part_id=part, quantity=1_000_000)
    op = laptop.say(use_part, order_id=order, part_id=part, quantity=3_000_000, place_id=van)
    laptop.push()
    assert laptop.did(op) == {"is": "applied"}
    laptop.catch_up()
    assert sum(body["quantity"] for (table, _), (_, body) in laptop.rows.items() if table == "movement") == -2_000_000


def test_completed_offline_while_cancelled_at_headquarters_keeps_the_parts_and_conflicts(
    office: Office, laptop: Laptop, order: str
) -> None:
    part, van = office.part(), office.van(laptop.user)
    office.do(
        set_order_status, order_id=order, status="in_progress", based_on={"status": "assigned", "status_reason": ""},
        unasked=1,
    )  # fmt: skip
    shown = {"status": "in_progress", "status_reason": ""}
    office.do(set_order_status, order_id=order, status="cancelled", reason="no longer wanted", based_on=shown)
    used = laptop.say(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=van)
    done = laptop.say(set_order_status, order_id=order, status="completed", based_on=shown)
    laptop.push()
    assert laptop.did(used) == {"is": "applied"}
    assert laptop.did(done)["is"] == "conflict"
    assert office.row("work_order", order)["status"] == "cancelled"


# ---------------------------------------------------------------- right


def test_what_a_role_may_not_do_is_rejected_and_a_fact_held(office: Office, laptop: Laptop) -> None:
    op = laptop.say(create_place, name="Secret store", kind="depot")
    laptop.push()
    assert (laptop.did(op)["is"], laptop.did(op)["code"]) == ("rejected", "not_allowed")


def test_a_fact_on_an_order_that_never_was_ones_own_is_held_a_decision_rejected_and_both_logged(
    office: Office, laptop: Laptop, caplog: pytest.LogCaptureFixture
) -> None:
    order = office.order(office.customer())
    fact_op = laptop.say(add_note, order_id=order, text="top secret text")
    decided = laptop.say(
        set_order_status, order_id=order, status="in_progress", based_on={"status": "open", "status_reason": ""}
    )
    laptop.push()
    assert laptop.did(fact_op) == {"is": "held", "reason": "not_in_scope"}
    assert (laptop.did(decided)["is"], laptop.did(decided)["code"]) == ("rejected", "not_in_scope")
    assert [record.getMessage().count("not_in_scope") for record in caplog.records].count(1) == 2
    assert "top secret text" not in caplog.text


def test_a_conflict_never_shows_rows_of_somebody_elses_scope(office: Office, laptop: Laptop) -> None:
    asset = office.asset(office.customer())
    op = laptop.say(edit_asset, asset_id=asset, name="mine", based_on={"name": "guess"})
    laptop.push()
    assert laptop.did(op)["code"] == "not_in_scope"


def test_nobody_draws_a_customer_into_scope_by_opening_an_order_for_it(office: Office, laptop: Laptop) -> None:
    op = laptop.say(
        create_order, number="WO-9", kind="repair", title="x", customer_id=office.customer(), assignee_id=laptop.user
    )
    laptop.push()
    assert laptop.did(op)["code"] == "not_in_scope"
    laptop.catch_up()
    assert laptop.has("customer") == set()


@pytest.mark.parametrize(("days", "outcome"), [(29, "applied"), (31, "held")])
def test_a_former_assignee_adds_facts_for_thirty_days_judged_by_when_they_occurred(
    office: Office, laptop: Laptop, order: str, days: int, outcome: str
) -> None:
    office.assign(order, None)
    left = office.clock.now()
    office.clock.pass_time(400 * 86_400)  # type: ignore[attr-defined]
    op = laptop.say(add_note, order_id=order, text="late", at=left + days * DAY)
    laptop.push()
    assert laptop.did(op)["is"] == outcome
    if outcome == "applied":
        assert canonical.loads(office.row("event", op)["told"])["review"] == "scope_left"


def test_whoever_opened_an_order_for_somebody_else_may_add_to_it(office: Office, laptop: Laptop, order: str) -> None:
    customer = office.row("work_order", order)["customer_id"]
    creating = laptop.say(create_order, number="WO-3", kind="repair", title="x", customer_id=customer)
    laptop.push()
    noted = laptop.say(add_note, order_id=derived_id(creating, "order"), text="seen from the road", needs=(creating,))
    laptop.push()
    assert laptop.did(noted) == {"is": "applied"}


def test_a_revoked_laptop_has_all_its_operations_held_and_gets_nothing(
    office: Office, laptop: Laptop, order: str
) -> None:
    laptop.catch_up()
    admin.revoke_device(office.hq, laptop.device)
    ops = [laptop.say(add_note, order_id=order, text=str(n)) for n in range(25)]
    ops += [
        laptop.say(
            set_order_status, order_id=order, status="in_progress", based_on={"status": "assigned", "status_reason": ""}
        )
        for _ in range(25)
    ]
    answer = laptop.push()
    assert answer["next_seq"] == 51
    assert [laptop.did(op) for op in ops] == [{"is": "held", "reason": "revoked"}] * 50
    with pytest.raises(Exception, match="revoked"):
        laptop.pull()
    office.hq.release(ops[0])
    assert ("note", derived_id(ops[0], "note")) in office.rows()


# ---------------------------------------------------------------- an action's own fault


@pytest.fixture
def faulty() -> Iterator[list[str]]:
    """An action with a mistake in it, as a later version may bring."""
    runs: list[str] = []

    def stumble(tx: Tx, ctx: Ctx, *, text: Line) -> None:
        """Fail as a mistake does."""
        if "mended" not in runs:
            runs.append(text)
            raise ZeroDivisionError("a customer's words")

    fact(may=FIELD_STAFF)(stumble)
    yield runs
    del ACTIONS["stumble"]


def test_an_operation_whose_own_code_fails_three_times_is_put_aside_and_the_rest_flows(
    office: Office, laptop: Laptop, order: str, faulty: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = laptop.say(add_note, order_id=order, text="before")
    bad = laptop.say("stumble", text="boom")
    after = laptop.say(add_note, order_id=order, text="after")
    needing = laptop.say(add_note, order_id=order, text="needs it", needs=(bad,))
    laptop.push()
    assert laptop.did(bad) == {"is": "quarantined"}
    assert len(faulty) == 3
    assert laptop.did(before) == laptop.did(after) == {"is": "applied"}
    assert laptop.did(needing) == {"is": "held", "reason": "waits", "on": bad}
    assert "a customer's words" not in caplog.text
    faulty.append("mended")
    office.hq.release(bad)
    laptop.catch_up()
    assert laptop.did(bad) == laptop.did(needing) == {"is": "applied"}


@pytest.fixture
def babbling() -> Iterator[None]:
    """An action that tells what no history can hold."""

    def babble(tx: Tx, ctx: Ctx, *, text: Line) -> None:
        """Tell a number that is not exact."""
        ctx.tell(text=text, share=0.5)

    fact(may=FIELD_STAFF)(babble)
    yield
    del ACTIONS["babble"]


@pytest.mark.usefixtures("babbling")
def test_an_action_that_tells_what_cannot_be_written_is_at_fault_and_its_fact_is_not_refused(laptop: Laptop) -> None:
    bad = laptop.say("babble", text="half")
    laptop.push()
    assert laptop.did(bad) == {"is": "quarantined"}


@pytest.fixture
def grasping() -> Iterator[None]:
    """An action that asks the database something it refuses."""

    def grasp(tx: Tx, ctx: Ctx, *, order_id: Id) -> None:
        """Ask what cannot be asked."""
        tx.add(Note(id=ctx.id("note"), order_id=order_id, text="half done", author_id=ctx.actor, at=ctx.at))
        tx.rows(sa.text("SELECT no_such_column FROM note"))

    decision(may=FIELD_STAFF)(grasp)
    yield
    del ACTIONS["grasp"]


@pytest.mark.usefixtures("grasping")
def test_what_the_database_itself_refuses_does_not_stop_the_others(office: Office, laptop: Laptop, order: str) -> None:
    before = laptop.say(add_note, order_id=order, text="before")
    bad = laptop.say("grasp", order_id=order)
    after = laptop.say(add_note, order_id=order, text="after")
    laptop.push()
    assert laptop.did(before) == laptop.did(after) == {"is": "applied"}
    assert laptop.did(bad) == {"is": "quarantined"}
    assert ("note", derived_id(bad, "note")) not in office.rows()
    laptop.catch_up()
    assert laptop.bodies() == office.scope(laptop.user)


# ---------------------------------------------------------------- hostile texts


BAD_BODIES: dict[str, Any] = {
    "not json": "{",
    "not an object": "[]",
    "spaces": '{"id": "x"}',
    "doubled key": '{"a":1,"a":2}',
    "raw NUL": '{"a":"\x00"}',
    "deep": "[" * 5000 + "]" * 5000,
    "nothing": "",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_no_laptop_writes_is_rejected_and_the_queue_goes_on(
    office: Office, laptop: Laptop, order: str, body: str
) -> None:
    bad = laptop.put(body)
    good = laptop.say(add_note, order_id=order, text="fine")
    laptop.sent = None
    answer = laptop.hq.push(laptop.question(ops=laptop.queue), laptop.token)
    assert [one["outcome"]["is"] for one in answer["outcomes"]] == ["rejected", "applied"]
    assert answer["outcomes"][0]["outcome"]["code"] == "malformed"
    assert answer["outcomes"][0]["hash"] == bad["hash"]
    assert answer["outcomes"][1]["id"] == good


BAD_FIELDS: dict[str, dict[str, Any]] = {
    "version of text": {"version": "1"}, "version none": {"version": 0}, "flag for a version": {"version": True},
    "arguments in a list": {"args": []}, "shown values nested": {"based_on": {"name": {"deep": 1}}},
    "shown float": {"based_on": {"name": 1.5}}, "shown number too large": {"based_on": {"name": 2**70}},
    "needs no ids": {"depends_on": ["x"]}, "time of text": {"occurred_at": "now"}, "too far": {"occurred_at": 2**62},
    "zone that is no text": {"tz": 5}, "kind in capitals": {"kind": "Add Note"},
}  # fmt: skip


@pytest.mark.parametrize("wrong", BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def test_a_field_of_the_wrong_type_is_rejected_as_malformed(laptop: Laptop, order: str, wrong: dict[str, Any]) -> None:
    tree = {
        "id": "1" * 32, "kind": "add_note", "version": 1, "args": {"order_id": order, "text": "x"}, "based_on": None,
        "depends_on": [], "occurred_at": 5, "tz": "UTC", "boot_s": None,
    }  # fmt: skip
    laptop.put(tree | wrong)
    laptop.push()
    assert laptop.did("1" * 32)["code"] == "malformed"


@pytest.mark.parametrize("text", ["emoji 🔧", "e\u0301 and é", "右 \u202e left", "=cmd|' /C calc'!A0", "a" * 100_000])
def test_odd_but_honest_text_makes_the_round_exactly(laptop: Laptop, order: str, text: str) -> None:
    import unicodedata

    op = laptop.say(add_note, order_id=order, text=text)
    laptop.push()
    laptop.catch_up()
    assert laptop.rows[("note", derived_id(op, "note"))][1]["text"] == unicodedata.normalize("NFC", text)


def test_a_note_of_ten_megabytes_is_rejected_with_its_field(laptop: Laptop, order: str) -> None:
    op = laptop.say("add_note", order_id=order, text="a" * 10_000_000)
    laptop.push()
    assert (laptop.did(op)["code"], laptop.did(op)["field"]) == ("text_too_long", "text")


def test_unknown_fields_are_kept_in_the_body_and_change_nothing(office: Office, laptop: Laptop, order: str) -> None:
    tree = {
        "id": "2" * 32, "kind": "add_note", "version": 1, "args": {"order_id": order, "text": "x", "mood": "good"},
        "based_on": None, "depends_on": [], "occurred_at": 5, "tz": "UTC", "boot_s": None, "later_field": [1],
    }  # fmt: skip
    laptop.put(tree)
    laptop.push()
    assert laptop.did("2" * 32) == {"is": "applied"}
    assert office.ask("SELECT body FROM operation WHERE id = ?", "2" * 32) == [(canonical.dumps(tree),)]


@pytest.mark.parametrize("moment", [0, 2_145_916_800_000_000, 4_102_444_800_000_000])
def test_a_clock_in_another_century_changes_no_order_and_its_skew_is_kept(
    office: Office, laptop: Laptop, order: str, moment: int
) -> None:
    op = laptop.say(add_note, order_id=order, text="x", at=moment)
    laptop.push()
    assert laptop.did(op) == {"is": "applied"}
    ((at, skew, received),) = office.ask("SELECT at, skew, received_at FROM operation WHERE id = ?", op)
    assert at == moment
    assert at + skew <= received


def test_an_engineer_is_an_engineer(office: Office, eve: str) -> None:
    assert office.row("user", eve)["role"] == ENGINEER


@pytest.mark.parametrize("zone", ["CET-1CEST,M3.5.0,M10.5.0/3", "posix/America/Argentina/Buenos_Aires", "\x00", ""])
def test_an_odd_zone_is_no_reason_to_refuse_work(office: Office, laptop: Laptop, order: str, zone: str) -> None:
    op = new_id(office.clock.now())
    laptop.put(
        {
            "id": op, "kind": "add_note", "version": 1, "args": {"order_id": order, "text": "x"},
            "based_on": None, "depends_on": [], "occurred_at": 5, "tz": zone, "boot_s": None,
        }
    )  # fmt: skip
    laptop.push()
    assert laptop.did(op) == {"is": "applied"}


# ------------------------------------------------------------------------------------- one part, two laptops


@pytest.fixture
def fitted(office: Office, eve: str, order: str) -> dict[str, Any]:
    """A part on Eve's order, as the one who takes it back names it."""
    part, van = office.part(), office.van(eve)
    movement = office.do(use_part, order_id=order, part_id=part, quantity=2_000_000, place_id=van)
    return {"order_id": order, "movement_id": movement, "part_id": part, "quantity": 2_000_000, "place_id": van}


def _taken_back(office: Office) -> list[int]:
    return [row[0] for row in office.ask("SELECT quantity FROM movement WHERE kind = 'taken_back'")]


def test_a_part_that_two_laptops_take_back_is_put_back_once(
    office: Office, laptop: Laptop, fitted: dict[str, Any]
) -> None:
    other = office.laptop("eve")
    first, second = laptop.say(take_part_back, **fitted), other.say(take_part_back, **fitted)
    third = laptop.say(take_part_back, **fitted)
    laptop.push()
    other.push()
    assert laptop.did(first) == {"is": "applied"}
    for who, op in ((laptop, third), (other, second)):
        assert (who.did(op)["is"], who.did(op)["code"]) == ("rejected", "taken_back_already")
    assert _taken_back(office) == [2_000_000]


def test_two_laptops_that_take_a_part_back_at_the_same_moment_put_it_back_once(
    office_on_postgresql: Office,
) -> None:
    office = office_on_postgresql
    eve = office.person("eve")
    order, part, van = office.order(office.customer(), assignee_id=eve), office.part(), office.van(eve)
    movement = office.do(use_part, order_id=order, part_id=part, quantity=2_000_000, place_id=van)
    back = {"order_id": order, "movement_id": movement, "part_id": part, "quantity": 2_000_000, "place_id": van}
    slow, fast = office.laptop("eve"), office.laptop("eve")
    late, early = slow.say(take_part_back, **back), fast.say(take_part_back, **back)
    note = slow.say(add_note, order_id=order, text="Seal put back")

    def overtake(point: str) -> None:
        if point == "before_stamp":
            office.hq.point = lambda name: None
            fast.push()

    office.hq.point = overtake
    slow.push()
    assert fast.did(early) == {"is": "applied"}
    assert slow.did(late)["code"] == "taken_back_already"
    assert slow.did(note) == {"is": "applied"}
    assert _taken_back(office) == [2_000_000]
