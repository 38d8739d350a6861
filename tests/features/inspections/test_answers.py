"""An inspection from its first answer to its completion: what stands, what stays, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import RuleBroken
from fielddesk.core.ids import new_id
from fielddesk.features.documents.model import Attachment
from fielddesk.features.inspections.actions import (
    complete_inspection,
    create_checklist,
    follow_up_calls,
    follow_up_id,
    hand_over,
    publish_version,
    reopen_inspection,
    start_inspection,
    take_answer_back,
    take_hand_over_back,
    version_id,
)
from fielddesk.features.inspections.model import Answer, ChecklistVersion, Inspection
from fielddesk.features.inspections.queries import InspectionView, earlier_readings, inspection_view, proposed_parts
from fielddesk.features.inspections.rules import question_of
from fielddesk.features.parts.model import Part, Reservation
from fielddesk.features.people.rules import ENGINEER
from fielddesk.features.workorders.actions import set_order_status
from fielddesk.features.workorders.model import Note, OrderLink, WorkOrder
from fielddesk.store.types import MOMENT_LIMIT, in_language
from tests.support import region
from tests.support.inspections import PRESS, SHORT, Shop, shipped_items, shop
from tests.support.laptops import new_laptop, open_again, some_id
from tests.support.region import ANNA, BENNO, VAN

__all__ = ["shop"]  # the fixture


def view(shop: Shop, inspection_id: str) -> InspectionView:
    found = shop.ask(inspection_view, inspection_id)
    assert isinstance(found, InspectionView)
    return found


def take_photo(shop: Shop, inspection_id: str, item: str) -> None:
    """As the photo panel of the order leaves it."""
    order = view(shop, inspection_id).inspection.order_id
    row = Attachment(
        id=some_id(f"photo {item}"), order_id=order, asset_id=PRESS, item=item, kind="photo", name="plate.jpg",
        media_type="image/jpeg", size=1, sha256="0" * 64, by_id=ANNA, at=shop.clock.now(), rev=1,
    )  # fmt: skip
    region.put(shop.store, [row])


def code_of(shop: Shop, *args: object, **more: object) -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        shop.do(*args, **more)  # type: ignore[arg-type]
    return refused.value


def test_a_changed_answer_keeps_its_earlier_values(shop: Shop) -> None:
    one = shop.inspection(shop.checklist())
    for number in (97_600_000, 93_200_000):
        shop.answer(one, "pressure", number=number)
    found = next(item for item in view(shop, one).items if item.item.key == "pressure")
    assert found.answer is not None
    assert (found.answer.number, [answer.number for answer in found.earlier]) == (93_200_000, [97_600_000])


def test_a_correction_stands_also_by_a_clock_that_was_set_back(shop: Shop) -> None:
    """A colleague's clock ran a day ahead, or this laptop woke in 1970: the new value is the one that counts."""
    one = shop.inspection(shop.checklist())
    shop.answer(one, "pressure", number=97_600_000)
    shop.clock.at = 1_000_000
    for number in (93_200_000, 94_000_000):
        before = next(item for item in view(shop, one).items if item.item.key == "pressure").answer
        assert before is not None
        shop.answer(one, "pressure", number=number, after=before.at)
    found = next(item for item in view(shop, one).items if item.item.key == "pressure")
    assert found.answer is not None
    assert found.answer.number == 94_000_000
    about = {name: getattr(found.answer, name) for name in ("inspection_id", "order_id", "asset_id", "version_id")}
    shop.do(take_answer_back, item="pressure", after=found.answer.at, **about)
    assert next(item for item in view(shop, one).items if item.item.key == "pressure").answer is None


def test_no_moment_of_an_answer_keeps_the_next_one_from_being_recorded(shop: Shop) -> None:
    one = shop.inspection(shop.checklist())
    shop.answer(one, "seal", verdict="passed", after=MOMENT_LIMIT)
    shop.answer(one, "seal", verdict="failed", after=MOMENT_LIMIT)
    assert {row.at for row in shop.ask(lambda read: read.all(Answer))} == {MOMENT_LIMIT}


def test_an_answer_taken_back_leaves_its_item_open_and_stays_in_its_history(shop: Shop) -> None:
    one = shop.inspection(shop.checklist())
    shop.answer(one, "seal", verdict="passed")
    shown = view(shop, one)
    about = {name: getattr(shown.inspection, name) for name in ("order_id", "asset_id", "version_id")}
    shop.clock.pass_time(1)
    shop.do(take_answer_back, inspection_id=one, item="seal", **about)
    found = view(shop, one).items[0]
    assert found.answer is None
    assert [answer.verdict for answer in found.earlier] == ["none", "passed"]
    assert "seal" in view(shop, one).missing


def test_a_questioned_value_that_is_kept_says_why(shop: Shop) -> None:
    checklist = shop.checklist()
    shop.past(checklist, [98_400_000, 97_900_000, 98_100_000, 97_600_000])
    one = shop.inspection(checklist)
    readings = shop.ask(earlier_readings, PRESS, "pressure", but=one)
    item = view(shop, one).items[2].item
    question = question_of(item, [(row.at, row.number) for row in readings], shop.clock.now(), 93_200_000)
    assert question is not None
    shop.answer(one, "pressure", number=93_200_000, questioned=question.why, kept_because="gauge read twice")
    answer = view(shop, one).items[2].answer
    assert answer is not None
    assert (answer.questioned, answer.kept_because, answer.verdict) == ("trend", "gauge read twice", "passed")


def test_readings_go_on_across_versions_and_only_what_stands_counts(shop: Shop) -> None:
    checklist = shop.checklist()
    shop.past(checklist, [98_000_000, 97_000_000])
    shop.publish(checklist, 2, [SHORT[2]])
    one = shop.inspection(checklist, version=2)
    shop.answer(one, "pressure", number=50_000_000)
    shop.answer(one, "pressure", number=96_500_000)
    two = shop.inspection(checklist, version=2)
    found = shop.ask(earlier_readings, PRESS, "pressure", but=two)
    assert [row.number for row in found] == [98_000_000, 97_000_000, 96_500_000]
    assert len(shop.ask(earlier_readings, PRESS, "pressure", but=two, limit=2)) == 2
    assert [row.number for row in shop.ask(earlier_readings, PRESS, "pressure", before=shop.clock.now() - 1)]


def test_it_is_completed_only_when_nothing_required_is_missing(shop: Shop) -> None:
    one = shop.inspection(shop.checklist())
    shop.do(start_inspection, inspection_id=one)
    refused = code_of(shop, complete_inspection, inspection_id=one, completed_on="2027-01-15")
    assert refused.code == "items_missing"
    assert (refused.values["count"], refused.values["numbers"]) == (3, "1, 3, 4")
    assert in_language(refused.values["names"], "zh_CN") == "活塞杆密封"
    shop.answer(one, "seal", verdict="failed")
    shop.answer(one, "pressure", number=98_000_000)
    take_photo(shop, one, "photo")
    refused = code_of(shop, complete_inspection, inspection_id=one, completed_on="2027-01-15")
    assert refused.values["numbers"] == "2"  # asked since the seal failed
    shop.answer(one, "why", text="a drop every ten seconds")
    assert shop.do(complete_inspection, inspection_id=one, completed_on="2027-01-15") == "failed"
    row = view(shop, one).inspection
    assert (row.completed_on, row.result) == ("2027-01-15", "failed")
    assert row.completed_at is not None
    assert code_of(shop, complete_inspection, inspection_id=one, completed_on="2027-01-15").code == "completed_already"


def test_a_completion_is_taken_back_with_every_answer_left(shop: Shop) -> None:
    one = shop.inspection(shop.checklist([SHORT[0]]))
    shop.answer(one, "seal", verdict="passed")
    assert shop.do(complete_inspection, inspection_id=one, completed_on="2027-01-15") == "passed"
    shop.do(reopen_inspection, inspection_id=one)
    shown = view(shop, one)
    assert (shown.inspection.completed_at, shown.inspection.result, shown.progress.done) == (None, "none", 1)


def test_an_answer_survives_the_end_of_the_program(shop: Shop, tmp_path: Path) -> None:
    one = shop.inspection(shop.checklist())
    shop.answer(one, "pressure", number=98_000_000)
    shop.store.close()
    store = open_again(tmp_path / "shop")
    with store.read() as read:
        assert [row.number for row in read.all(Answer, Answer.c.inspection_id == one)] == [98_000_000]
    store.close()


def test_a_version_is_never_changed_and_the_next_one_is_the_next(shop: Shop) -> None:
    checklist = shop.checklist()
    text = shop.ask(lambda read: read.one(ChecklistVersion, version_id(checklist, 1))).items
    assert code_of(shop, publish_version, checklist_id=checklist, version=3, items=SHORT).code == "version_not_next"
    assert code_of(shop, publish_version, checklist_id=checklist, version=1, items=SHORT).code == "version_there"
    assert code_of(shop, publish_version, checklist_id=checklist, version=2, items=[]).code == "items_none"
    shop.publish(checklist, 2, SHORT[:1])
    assert shop.ask(lambda read: read.one(ChecklistVersion, version_id(checklist, 1))).items == text
    one = shop.inspection(checklist)
    assert view(shop, one).newer_version
    assert len(view(shop, one).items) == 4
    assert code_of(shop, create_checklist, number="press", names={"en": "x"}).code == "checklist_number_taken"
    assert code_of(shop, create_checklist, number="other", names={"en": ""}).code == "name_missing"


def test_a_failed_item_makes_the_repair_order_with_link_parts_and_note_in_one_step(shop: Shop) -> None:
    one = shop.inspection(shop.checklist())
    shop.answer(one, "seal", verdict="failed")
    shown = view(shop, one)
    assert shown.order is not None
    [proposed] = shop.ask(proposed_parts, shown.items[0].item)
    assert (proposed.number, proposed.quantity, proposed.part_id) == ("4S-118", 1_000_000, some_id("4S-118"))
    op = new_id(shop.clock.now())
    calls = follow_up_calls(
        op, shown.order, "seal", number="WO-A7-2027-9", title="Rod seal, main cylinder", note="1 drop every 10 s",
        parts=[(proposed.part_id, proposed.quantity, VAN)], assignee_id=ANNA,
    )  # fmt: skip
    shop.store.do(calls)
    made = follow_up_id(op)
    with shop.store.read() as read:
        order = read.one(WorkOrder, made)
        [link] = read.all(OrderLink)
        [kept] = read.all(Reservation)
        [note] = read.all(Note, Note.c.order_id == made)
    assert (order.kind, order.asset_id, order.customer_id) == ("repair", PRESS, shown.order.customer_id)
    assert (link.order_id, link.other_id, link.kind, link.item) == (shown.order.id, made, "follow_up", "seal")
    assert (kept.order_id, kept.part_id, kept.quantity, kept.place_id) == (made, some_id("4S-118"), 1_000_000, VAN)
    assert note.text == "1 drop every 10 s"


def test_a_superseded_part_is_proposed_as_its_successor_and_an_unknown_one_by_its_number(shop: Shop) -> None:
    items = [{**SHORT[0], "parts": [{"number": "7SR1-03-3"}, {"number": "NOT-THERE", "quantity": 5}]}]
    one = shop.inspection(shop.checklist(items))
    first, second = shop.ask(proposed_parts, view(shop, one).items[0].item)
    assert (first.number, first.part_id) == ("7SR1-03-4", some_id("7SR1-03-4"))
    assert (second.number, second.part_id, second.quantity) == ("NOT-THERE", None, 5)


def test_parts_that_succeed_each_other_in_a_circle_end(shop: Shop) -> None:
    ring = [
        Part(id=some_id(f"ring {n}"), number=f"R{n}", names='{"en":"Ring"}', replaced_by=f"R{1 - n}", rev=1)
        for n in range(2)
    ]
    region.put(shop.store, ring)
    one = shop.inspection(shop.checklist([{**SHORT[0], "parts": [{"number": "R0"}]}]))
    assert len(shop.ask(proposed_parts, view(shop, one).items[0].item)) == 1


def test_an_engineer_hands_their_order_to_a_colleague_with_a_note(tmp_path: Path, shop: Shop) -> None:
    one = shop.inspection(shop.checklist())
    order = view(shop, one).inspection.order_id
    shop.do(hand_over, based_on={"assignee_id": ANNA}, order_id=order, assignee_id=BENNO, text="items 1 to 3 are done")
    with shop.store.read() as read:
        assert read.one(WorkOrder, order).assignee_id == BENNO
        assert [note.text for note in read.all(Note, Note.c.order_id == order)] == ["items 1 to 3 are done"]


def test_who_handed_over_by_mistake_takes_it_back_until_the_colleague_begins(tmp_path: Path, clock: FixedClock) -> None:
    store = new_laptop(tmp_path / "annas", clock=clock, role=ENGINEER)
    region.fill(store)
    shop = Shop(store)
    order = some_id("WO-A7-2026-1042")
    giving = {"based_on": {"assignee_id": ANNA}, "order_id": order, "assignee_id": BENNO}
    assert code_of(shop, take_hand_over_back, order_id=order).code == "hand_over_not_yours"
    shop.do(hand_over, **giving)
    shop.do(take_hand_over_back, order_id=order)
    with store.read() as read:
        assert read.one(WorkOrder, order).assignee_id == ANNA
    assert code_of(shop, take_hand_over_back, order_id=order).code == "hand_over_not_yours"
    shop.do(hand_over, **giving)
    asset = shop.ask(lambda read: read.one(WorkOrder, order)).asset_id or some_id("asset")
    begun = Answer(
        id=some_id("begun"), inspection_id=some_id("one"), order_id=order, asset_id=asset, version_id=some_id("v"),
        item="seal", verdict="passed", by_id=BENNO, at=shop.clock.now() + 1,
    )  # fmt: skip
    region.put(store, [begun])
    assert code_of(shop, take_hand_over_back, order_id=order).code == "colleague_began"
    store.close()


def test_what_belongs_to_a_colleague_is_not_mine_to_give_away(tmp_path: Path, clock: FixedClock) -> None:
    store = new_laptop(tmp_path / "annas", clock=clock, role=ENGINEER)
    region.fill(store)
    shop = Shop(store)
    mine, bennos = some_id("WO-A7-2026-1042"), some_id("WO-A7-2026-1054")
    shop.do(hand_over, based_on={"assignee_id": ANNA}, order_id=mine, assignee_id=BENNO)
    about = {"based_on": {"assignee_id": BENNO}, "order_id": bennos, "assignee_id": region.CHEN}
    assert code_of(shop, hand_over, **about).code == "not_your_order"
    finished = {"based_on": {"assignee_id": ANNA}, "order_id": some_id("WO-A7-2026-1029"), "assignee_id": BENNO}
    assert code_of(shop, hand_over, **finished).code == "order_finished"
    store.close()


def test_an_inspection_is_not_added_to_an_order_that_is_finished(shop: Shop) -> None:
    checklist, order = shop.checklist(), some_id("WO-A7-2026-1051")
    shown = {"status": "in_progress", "status_reason": ""}
    shop.do(set_order_status, based_on=shown, order_id=order, status="cancelled", reason="not wanted")
    from fielddesk.features.inspections.actions import create_inspection

    refused = code_of(shop, create_inspection, asset_id=PRESS, version_id=version_id(checklist, 1), order_id=order)
    assert refused.code == "order_finished"


@pytest.mark.parametrize(
    "number", ["press-quarterly", "robot-quarterly", "compressor-monthly", "compressor-quarterly", "device-health"]
)
def test_a_shipped_checklist_is_worked_through_to_its_end(shop: Shop, number: str) -> None:
    one = shop.inspection(shop.checklist(shipped_items(number)))
    values = {
        "pass_fail": {"verdict": "passed"},
        "tick": {},
        "text": {"text": "as it should be"},
        "date": {"day": "2027-02-01"},
    }
    while left := view(shop, one).missing:
        item = next(found.item for found in view(shop, one).items if found.item.key == left[0])
        if item.kind == "number":
            middle = ((item.low or 0) + (item.high if item.high is not None else 10**7)) // 2
            shop.answer(one, item.key, number=middle)
        elif item.kind == "choice":
            shop.answer(one, item.key, choice=item.options[0].key)
        elif item.kind == "photo":
            take_photo(shop, one, item.key)
        else:
            shop.answer(one, item.key, **values[item.kind])
    assert shop.do(complete_inspection, inspection_id=one, completed_on="2027-01-15") == "passed"
    assert isinstance(shop.ask(lambda read: read.one(Inspection, one)), Inspection)
