"""The law of the store: every action leaves the same rows, byte by byte, on SQLCipher, SQLite and PostgreSQL."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core import canonical
from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import RuleBroken
from fielddesk.features import registry
from fielddesk.features.assets.actions import create_asset, edit_asset, import_assets
from fielddesk.features.customers.actions import create_customer, import_customers
from fielddesk.features.documents.actions import (
    add_attachment,
    archive_attachment,
    describe_attachment,
    issue_document,
    restore_attachment,
)
from fielddesk.features.inspections.actions import (
    answer_item,
    complete_inspection,
    create_checklist,
    create_inspection,
    create_plan,
    edit_checklist,
    edit_plan,
    end_plan,
    hand_over,
    import_inspections,
    move_visit,
    open_visit,
    publish_version,
    reopen_inspection,
    restore_visit,
    skip_visit,
    start_inspection,
    take_answer_back,
    take_hand_over_back,
    version_id,
    visit_inspection_id,
    visit_order_id,
)  # fmt: skip
from fielddesk.features.parts.actions import (
    create_place,
    import_parts,
    receive_stock,
    release_part,
    reserve_part,
    set_stock_levels,
    take_part_back,
    use_part,
)  # fmt: skip
from fielddesk.features.people.actions import create_user
from fielddesk.features.people.rules import ADMINISTRATOR, ENGINEER
from fielddesk.features.workorders.actions import (
    add_note,
    assign_order,
    create_order,
    edit_order,
    import_orders,
    link_orders,
    record_safety_check,
    report_incident,
    set_order_status,
    sign_off,
    unlink_orders,
)
from fielddesk.hq import admin
from fielddesk.hq.service import Headquarters, on_postgresql, on_sqlite
from fielddesk.store import outbox
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Store
from tests.support.every_kind import work_on_customers, work_on_models, work_on_steps
from tests.support.laptops import new_laptop
from tests.support.postgres import Server, postgres

HARD = "Größe 3/4″ 轴承 é\u0301 🙂 'quoted' \"twice\" %s ? \\ {x} <b>bold</b>"
HARD_STORED = unicodedata.normalize("NFC", HARD)


__all__ = ["postgres"]  # the fixture


@pytest.fixture
def offices(tmp_path: Path, postgres: Server) -> Iterator[list[Headquarters]]:
    found = [
        on_sqlite(tmp_path / "hq.db", FixedClock(), draw_random=random.Random(7).randbytes),
        on_postgresql(postgres.new_database(), FixedClock(), draw_random=random.Random(7).randbytes),
    ]
    for hq in found:
        admin.found(hq, "Law", "admin", "Administrator")
    yield found
    for hq in found:
        hq.close()


def enrolled(hq: Headquarters) -> dict[str, Any]:
    code = admin.enrolment_code(hq, admin.first_administrator(hq))
    return hq.enrol({"protocol": 1, "nonce": "n", "code": code, "device_name": "law"})


def pushed(hq: Headquarters, who: dict[str, Any], operations: list[outbox.OwnOperation]) -> list[dict[str, Any]]:
    asked = {
        "protocol": 1, "nonce": "n", "device": who["device_id"], "incarnation": who["incarnation"],
        "hq_id": who["hq_id"], "epoch": who["epoch"],
        "ops": [{"seq": own.seq, "hash": own.hash, "body": own.body} for own in operations],
    }  # fmt: skip
    return list(hq.push(asked, who["token"])["outcomes"])


def work_of_every_kind(store: Store) -> None:
    def did(one: Call) -> Any:
        return store.do(one).results[0]

    person = did(call(create_user, login="eve", name=HARD, role=ENGINEER))
    customer = did(call(create_customer, number="K-1", name=HARD, tier="key", street=HARD, city="深圳", country="CN"))
    listed = [{"number": f"K-{n}", "name": HARD, "city": "深圳", "language": "zh_cn"} for n in range(3)]
    did(call(import_customers, lines=[*listed, {"number": "K-1", "phone": HARD}]))
    asset = did(call(create_asset, customer_id=customer, serial="S-1", name=HARD, model="HP-250"))
    work_on_customers(did, customer, HARD_STORED)
    work_on_models(did, asset, HARD_STORED)
    lines = [{"customer_id": customer, "serial": f"S-{n}", "name": HARD, "model": ""} for n in range(1, 4)]
    did(call(import_assets, lines=[*lines, {"customer_id": customer, "serial": "S-2", "installed_on": "2024-02-29"}]))
    order = did(
        call(
            create_order, number="WO-1", kind="repair", title=HARD, customer_id=customer, asset_id=asset,
            description=HARD + "\nsecond line", due_on="2028-02-29",
        )
    )  # fmt: skip
    did(
        call(
            import_orders,
            lines=[
                {
                    "number": f"MT-{n}", "kind": "repair", "title": HARD, "description": "", "customer_id": customer,
                    "asset_id": None, "opened_at": -1,
                }
                for n in range(3)
            ]
            + [{"number": "MT-1", "customer_id": customer, "due_on": "2028-02-29", "status": "completed"}]
            + [{"number": "MT-9", "customer_id": customer, "title": HARD, "status": "completed"}],
        )
    )  # fmt: skip
    did(
        call(
            assign_order,
            based_on={"assignee_id": None, "due_on": "2028-02-29"},
            order_id=order,
            assignee_id=person,
            due_on="2028-03-01",
        )
    )
    given = {"assignee_id": person, "due_on": "2028-03-01"}
    did(call(assign_order, based_on=given, order_id=order, assignee_id=person, no_due=True))
    did(
        call(
            edit_order, based_on={"title": HARD_STORED, "site_id": None, "contact_id": None, "planned_at": None},
            order_id=order, title=HARD + "!", planned_at=1_900_000_000_000_000, emptied=["site_id"],
        )
    )  # fmt: skip
    answers = canonical.dumps({"hazards": "yes", "energy": "not_applicable", "protection": "yes", "permit": "yes"})
    check = did(call(record_safety_check, order_id=order, answers=answers, permit=HARD[:90], remark=HARD))
    did(call(report_incident, order_id=order, kind="near_miss", text=HARD, happened_at=-1))
    other = did(call(create_order, number="WO-2", kind="repair", title=HARD, customer_id=customer, planned_at=7))
    link = did(call(link_orders, order_id=order, other_id=other, kind="follow_up", item="3.1"))
    did(call(unlink_orders, order_id=other, order_link_id=link))
    shown = {"status": "assigned", "status_reason": ""}
    began = {"status": "in_progress", "status_reason": ""}
    did(call(set_order_status, based_on=shown, order_id=order, status="in_progress", safety_check_id=check))
    did(call(set_order_status, based_on=began, order_id=order, status="on_hold", reason=HARD))
    did(call(add_note, order_id=order, text=HARD + "\n\ttab"))
    picture = did(
        call(
            add_attachment, subject_id=order, order_id=order, asset_id=asset, kind="photo", name=HARD, caption=HARD,
            media_type="image/jpeg", size=7, sha256="0f" * 32, thumbnail="f0" * 32, thumbnail_size=3, taken_at=-1,
        )
    )  # fmt: skip
    photo = {"attachment_id": picture, "subject_id": order}
    did(call(describe_attachment, based_on={"caption": HARD_STORED}, **photo, caption="2″"))
    did(call(archive_attachment, **photo))
    did(call(restore_attachment, **photo))
    did(
        call(
            sign_off, order_id=order, signer=HARD, signature="0f" * 32, satisfaction=5, recommendation=0, comment=HARD,
            shown=HARD + "\n" + HARD,
        )
    )  # fmt: skip
    paper = {"kind": "inspection_report", "language": "zh_cn", "title": HARD, "sha256": "a" * 64, "size": 1}
    about = {"subject_id": order, "order_id": order, "asset_id": asset, "customer_id": customer, "digest": "b" * 64}
    first = did(call(issue_document, number="INS-A7-2027-1", **paper, **about))
    did(call(issue_document, number="INS-A7-2027-2", replaces_id=first, reason=HARD, **paper, **about))
    work_on_steps(did, order, HARD)
    names = {"en": HARD, "zh_CN": "轴承", "zh_TW": "軸承"}
    parts = [
        {"number": f"P{n}", "names": canonical.dumps(names), "category": "", "unit": "piece", "replaced_by": None}
        for n in range(3)
    ]
    more = [{"number": "P1", "names": canonical.dumps({"zh_TW": HARD})}, {"number": "P9"}]
    did(call(import_parts, lines=[*parts, *more]))
    with store.read() as read:
        [part] = read.all(registry.BY_NAME["part"], registry.BY_NAME["part"].c.number == "P1")
    van = did(call(create_place, name=HARD, kind="van", keeper_id=person))
    did(call(receive_stock, place_id=van, part_id=part.id, quantity=999_999_999_999))
    did(call(reserve_part, order_id=order, part_id=part.id, quantity=300_000, place_id=van))
    did(call(release_part, order_id=order, part_id=part.id, quantity=300_000, place_id=van))
    did(call(reserve_part, order_id=order, part_id=part.id, quantity=1))
    used = did(call(use_part, order_id=order, part_id=part.id, quantity=100_000 + 200_000, place_id=van))
    did(call(take_part_back, order_id=order, movement_id=used, part_id=part.id, quantity=300_000, place_id=van))
    did(
        call(
            edit_asset,
            based_on={"name": HARD_STORED, "building": "", "position": ""},
            asset_id=asset,
            name="Press",
            building="B",
        )
    )
    did(call(set_stock_levels, lines=[{"place_id": van, "part_id": part.id, "quantity": -5}], as_of=1))
    did(call(reserve_part, order_id=order, part_id=part.id, quantity=2_000_000, place_id=van))
    work_of_inspections(did, asset, person, order)


def work_of_inspections(did: Callable[[Call], Any], asset: str, person: str, other: str) -> None:
    items = [
        {"key": "seal", "kind": "pass_fail", "names": {"en": HARD, "zh_CN": "密封"}, "parts": [{"number": "P1"}]},
        {
            "key": "pressure", "kind": "number", "names": {"en": HARD}, "unit": "bar", "low": 92_000_000,
            "high": 108_000_000, "decimals": 1,
        },
        {"key": "why", "kind": "text", "names": {"en": "Why"}, "when": {"item": "seal", "verdicts": ["failed"]}},
    ]  # fmt: skip
    named = {"en": HARD, "zh_CN": "季度点检"}
    checklist = did(call(create_checklist, number="press", names=named, items=items))
    first = version_id(checklist, 1)
    picture = {"item": "seal", "media_type": "image/png", "size": 7, "sha256": "0" * 64, "caption": {"en": HARD}}
    did(call(publish_version, checklist_id=checklist, version=2, items=items[:2], remark=HARD, pictures=[picture]))
    did(
        call(
            edit_checklist,
            based_on={"product_class": "none"},
            checklist_id=checklist,
            product_class="industrial_equipment",
        )
    )
    plan = did(
        call(
            create_plan, asset_id=asset, checklist_id=checklist, rule="freq=monthly;interval=3;bymonthday=31",
            starts_on="2028-01-31", engineer_id=person,
        )
    )  # fmt: skip
    did(call(edit_plan, based_on={"tolerance_days": 7}, plan_id=plan, tolerance_days=10))
    did(call(move_visit, plan_id=plan, due_on="2028-01-31", moved_to="2028-02-03", reason=HARD))
    visit = did(
        call(
            open_visit, plan_id=plan, due_on="2028-01-31", version_id=first, number="WO-7", title=HARD,
            assignee_id=person,
        )
    )  # fmt: skip
    assert visit == visit_inspection_id(plan, "2028-01-31")
    did(call(skip_visit, plan_id=plan, due_on="2028-04-30", reason=HARD))
    did(call(restore_visit, plan_id=plan, due_on="2028-04-30"))
    did(call(end_plan, based_on={"ended_on": None}, plan_id=plan, ended_on="2030-12-31"))
    more = did(call(create_inspection, asset_id=asset, version_id=first, order_id=other))
    about = {"inspection_id": more, "order_id": other, "asset_id": asset, "version_id": first}
    did(call(start_inspection, inspection_id=more))
    did(call(answer_item, **about, item="seal", verdict="failed"))
    did(call(answer_item, **about, item="seal", verdict="passed", text=HARD))
    did(
        call(
            answer_item, **about, item="pressure", verdict="passed", number=93_200_000, questioned="trend",
            kept_because=HARD,
        )
    )  # fmt: skip
    did(call(answer_item, **about, item="why", verdict="noted", text=HARD))
    did(call(take_answer_back, **about, item="why"))
    assert did(call(complete_inspection, inspection_id=more, completed_on="2028-02-29")) == "passed"
    did(call(reopen_inspection, inspection_id=more))
    did(call(hand_over, based_on={"assignee_id": person}, order_id=other, assignee_id=person, text=HARD))
    did(call(take_hand_over_back, order_id=other))
    given = {"item": "seal", "verdict": "failed", "number": None, "choice": None, "text": HARD, "day": "2027-01-01"}
    past = {
        "number": "OLD-1", "title": HARD, "asset_id": asset, "version_id": first, "plan_id": plan,
        "due_on": "2027-01-31", "engineer_id": person, "started_at": 1, "completed_at": 2, "completed_on": "2027-01-30",
        "answers": [given],
    }  # fmt: skip
    assert did(call(import_inspections, lines=[past])) == 1
    did(call(link_orders, order_id=other, other_id=past_order(plan), kind="follow_up", item="seal"))


def past_order(plan: str) -> str:
    return visit_order_id(plan, "2027-01-31")


def bodies(read: Any) -> dict[tuple[str, str], str]:
    return {
        (name, row.id): canonical.dumps(row.body())
        for name, table in registry.tables().items()
        for row in read.all(table)
    }


def test_every_action_leaves_the_same_rows_on_all_databases(tmp_path: Path, offices: list[Headquarters]):
    who = [enrolled(hq) for hq in offices]
    assert who[0]["device_id"] == who[1]["device_id"]
    store = new_laptop(
        tmp_path / "profile", user=who[0]["user_id"], role=ADMINISTRATOR, device=who[0]["device_id"],
        incarnation=who[0]["incarnation"],
    )  # fmt: skip
    work_of_every_kind(store)
    with store.read() as read:
        operations = read.all(outbox.OwnOperation, order=[outbox.OwnOperation.c.place])
        mine = bodies(read)
    store.close()
    assert {own.kind for own in operations} == set(registry.actions()), "give each new action its place in this test"
    for hq, one in zip(offices, who, strict=True):
        said = pushed(hq, one, operations)
        assert [outcome["outcome"] for outcome in said if outcome["outcome"]["is"] != "applied"] == []
        with hq.read() as read:
            theirs = bodies(read)
        assert {key: theirs.get(key) for key in mine} == mine


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"text": "nul \x00 inside"}, "text_has_nul"),
        ({"text": "lone \ud800 surrogate"}, "text_broken"),
        ({"text": "x" * 10_000_000}, "text_too_long"),
        ({"text": "   "}, "note_empty"),
        ({"text": 7}, "not_text"),
    ],
)
def test_a_bad_note_has_the_same_verdict_on_laptop_and_headquarters(
    tmp_path: Path, offices: list[Headquarters], args: dict[str, Any], code: str
):
    store = new_laptop(tmp_path / "profile")
    with pytest.raises(RuleBroken) as refused:
        store.do(call(add_note, order_id="0" * 32, **args))
    assert refused.value.code == code
    store.close()
    for hq in offices:
        with pytest.raises(RuleBroken) as refused_there:
            hq.perform(call(add_note, order_id="0" * 32, **args), admin.first_administrator(hq))
        assert refused_there.value.code == code
        who = enrolled(hq)
        [said] = pushed(hq, who, [forged(add_note.__name__, {"order_id": "0" * 32, **args})])
        assert said["outcome"]["is"] == "rejected"
        assert said["outcome"]["code"] in (code, "malformed")


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        (0.1 + 0.2, "number_not_exact"),
        (10**12 * 1_000_000, "number_out_of_range"),
        (0, "quantity_not_positive"),
        (-1, "quantity_not_positive"),
        (True, "number_not_exact"),
        ("1", "number_not_exact"),
    ],
)
def test_a_bad_quantity_has_the_same_verdict_everywhere(
    tmp_path: Path, offices: list[Headquarters], quantity: Any, code: str
):
    args = {"order_id": "0" * 32, "part_id": "1" * 32, "place_id": "2" * 32, "quantity": quantity}
    store = new_laptop(tmp_path / "profile")
    with pytest.raises(RuleBroken) as refused:
        store.do(call(use_part, **args))
    assert refused.value.code == code
    store.close()
    for hq in offices:
        who = enrolled(hq)
        [said] = pushed(hq, who, [forged("use_part", args)])
        assert said["outcome"]["is"] == "rejected"
        assert said["outcome"]["code"] in (code, "malformed")


def forged(kind: str, args: dict[str, Any]) -> outbox.OwnOperation:
    """An operation as a laptop of a stranger might write it, past every check of ours."""
    body = json.dumps(
        {
            "id": "01990000000070008000000000000001", "kind": kind, "version": 1, "args": args, "based_on": None,
            "depends_on": [], "occurred_at": 1_800_000_000_000_000, "tz": "UTC", "boot_s": None,
        }
    )  # fmt: skip
    return outbox.OwnOperation(
        id="01990000000070008000000000000001", place=1, incarnation="1", seq=1, kind=kind, nature="fact", body=body,
        hash=canonical.digest(body), at=1,
    )  # fmt: skip
