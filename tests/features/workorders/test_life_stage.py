"""What the life stage of a product asks of an order: shown, given or declined, and not forgotten (LC3)."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical, i18n
from fielddesk.core.errors import RuleBroken
from fielddesk.features.lifecycle.actions import change_stage, publish_strategy
from fielddesk.features.lifecycle.queries import first_table
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import create_order, record_step, set_order_status
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel import LifePanel
from fielddesk.features.workorders.queries import missing_steps, step_count
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft, OwnOperation
from fielddesk.ui import theme
from fielddesk.ui.seams import ClosingCheck, Missing
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.lives import PRESS, RC4, ROBOT, live
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import ANNA
from tests.support.safety import a_safe_start

HARBOUR = some_id("Harbour Stamping")


@pytest.fixture
def laptop(laptop: Store) -> Store:
    live(laptop)
    return laptop


def opened(laptop: Store, asset_id: str | None = ROBOT, kind: str = "repair") -> str:
    """An order of Anna's on a machine, under way."""
    made = laptop.do(
        call(create_order, number=f"WO-{kind}", kind=kind, title="Axis 3 is loud", customer_id=HARBOUR,
             asset_id=asset_id, assignee_id=ANNA)
    )  # fmt: skip
    order_id = str(made.results[0])
    laptop.do(a_safe_start(order_id, laptop.clock.now(), kind=kind))
    return order_id


def order(laptop: Store, order_id: str) -> WorkOrder:
    with laptop.read() as read:
        return read.one(WorkOrder, order_id)


def page_of(desk: Workplace, order_id: str) -> OrdersPage:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", order_id)
    desk.settle()
    return page


def life(desk: Workplace, order_id: str) -> LifePanel:
    panel = page_of(desk, order_id).tabs.choose("life")
    desk.settle()
    assert isinstance(panel, LifePanel)
    return panel


def answers(page: OrdersPage) -> list[QPushButton]:
    return [button for button in page.pane.banner.findChildren(QPushButton) if button.isVisible()]


def test_an_order_keeps_stage_and_revision_it_was_opened_under(laptop: Store) -> None:
    order_id = opened(laptop)
    assert (order(laptop, order_id).stage, order(laptop, order_id).strategy) == ("decline", 1)
    laptop.identity = laptop.identity.__class__(laptop.identity.user, DISPATCHER, laptop.identity.device, "A7")
    shown = {"stage": "decline", "stage_since": "2026-03-01", "stage_reason": "Sold out"}
    laptop.do(call(change_stage, based_on=shown, model_id=RC4, stage="retirement", since="2027-01-10", reason="Ends"))
    table = first_table()
    table["stages"]["decline"]["steps"] = []
    laptop.do(call(publish_strategy, number=2, valid_from="2027-01-01", table=canonical.dumps(table), reason="Less"))
    assert (order(laptop, order_id).stage, order(laptop, order_id).strategy) == ("decline", 1)
    with laptop.read() as read:
        assert [step.key for step in missing_steps(read, order(laptop, order_id))] == ["replacement_advice"]
    second = str(
        laptop.do(
            call(create_order, number="WO-2", kind="repair", title="x", customer_id=HARBOUR, asset_id=ROBOT)
        ).results[0]
    )
    assert (order(laptop, second).stage, order(laptop, second).strategy) == ("retirement", 2)


def test_what_the_operation_names_is_not_looked_up_again(laptop: Store) -> None:
    made = laptop.do(
        call(create_order, number="WO-9", kind="repair", title="x", customer_id=HARBOUR, asset_id=ROBOT,
             stage="maturity", strategy=1)
    )  # fmt: skip
    assert order(laptop, str(made.results[0])).stage == "maturity"


@pytest.mark.parametrize("asset_id", [None, some_id("KD-881")])
def test_an_order_without_a_product_model_asks_for_nothing(laptop: Store, asset_id: str | None) -> None:
    order_id = opened(laptop, asset_id)
    assert (order(laptop, order_id).stage, order(laptop, order_id).strategy) == ("none", 0)
    shown = {"status": "in_progress", "status_reason": ""}
    laptop.do(call(set_order_status, based_on=shown, order_id=order_id, status="completed"))


def test_completing_is_refused_by_the_action_itself_until_the_step_is_given(laptop: Store) -> None:
    order_id = opened(laptop)
    complete = call(
        set_order_status, based_on={"status": "in_progress", "status_reason": ""}, order_id=order_id, status="completed"
    )
    with pytest.raises(RuleBroken) as refused:
        laptop.do(complete)
    assert (refused.value.code, refused.value.values["step"]) == ("step_missing", "replacement_advice")
    laptop.do(call(record_step, order_id=order_id, step="replacement_advice", outcome="declined", remark="Not now"))
    laptop.do(complete)
    assert order(laptop, order_id).status == "completed"


def test_a_step_recorded_on_a_finished_order_stands(laptop: Store) -> None:
    order_id = opened(laptop, PRESS)
    laptop.do(
        call(set_order_status, based_on={"status": "in_progress", "status_reason": ""}, order_id=order_id,
             status="completed")
    )  # fmt: skip
    assert laptop.do(call(record_step, order_id=order_id, step="anything", outcome="done")).results[0]


def test_complete_names_what_is_missing_and_leads_there(desk: Workplace, laptop: Store) -> None:
    order_id = opened(laptop)
    page = page_of(desk, order_id)
    page.steps.step("completed")
    desk.settle()
    assert order(laptop, order_id).status == "in_progress"
    assert page.pane.banner._fact.text() == "Not complete yet: Give the replacement advice"
    [go] = answers(page)
    go.click()
    desk.settle()
    assert page.tabs.tabs.current() == "life"
    panel = page.tabs.panel()
    assert isinstance(panel, LifePanel)
    panel.boxes()["replacement_advice"].buttons["done"].click()
    desk.settle()
    assert not page.pane.banner.isVisible()  # given: nothing stands in the way any more
    page.steps.step("completed")
    desk.settle()
    assert order(laptop, order_id).status == "completed"


def test_the_checks_of_all_features_are_asked_in_their_order(desk: Workplace, laptop: Store) -> None:
    order_id = opened(laptop)
    desk.offers.add(
        ClosingCheck("sign_off", 90, lambda _read, _order: [Missing("The customer's signature", "notes")]),
        ClosingCheck("safety", 10, lambda _read, order: [Missing("Safety before work", "overview")] * (order != "")),
    )
    page = page_of(desk, order_id)
    page.steps.step("completed")
    desk.settle()
    assert page.pane.banner._fact.text() == "Not complete yet: Safety before work"
    assert page.pane.banner._advice.text() == "Also: Give the replacement advice; The customer's signature"
    assert len(answers(page)) == 2


def test_another_order_has_no_banner_of_the_last_one(desk: Workplace, laptop: Store) -> None:
    first, second = opened(laptop), opened(laptop, PRESS, "inspection")
    page = page_of(desk, first)
    page.steps.step("completed")
    desk.settle()
    assert page.pane.banner.isVisible()
    page_of(desk, second)
    assert not page.pane.banner.isVisible()


def test_declining_needs_a_remark_which_is_kept_as_a_draft_until_then(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    order_id = opened(laptop)
    box = life(desk, order_id).boxes()["replacement_advice"]
    box.buttons["declined"].click()
    assert "Say why in a few words" in box.remark._trouble_words.text()
    qtbot.keyClicks(box.remark.editor, "Budget only next year")
    box.remark.flush_draft()
    desk.settle()
    with laptop.read() as read:
        assert [canonical.loads(draft.text) for draft in read.all(Draft)] == ["Budget only next year"]
    box.buttons["declined"].click()
    desk.settle()
    assert box.chip.words() == "Declined by the customer"
    assert "Budget only next year" in box.said.text()
    with laptop.read() as read:
        assert (read.all(Draft), step_count(read, order_id)) == ([], 0)
    assert desk.desk.toast.take_back()
    desk.settle()
    assert box.chip.words() == "Still to be given"
    with laptop.read() as read:
        assert step_count(read, order_id) == 1


def test_a_step_is_taken_back_and_undo_says_it_again(desk: Workplace, laptop: Store) -> None:
    order_id = opened(laptop)
    laptop.do(call(record_step, order_id=order_id, step="replacement_advice", outcome="declined", remark="Later"))
    box = life(desk, order_id).boxes()["replacement_advice"]
    box.again.click()
    desk.settle()
    assert box.chip.words() == "Still to be given"
    assert desk.desk.toast.take_back()
    desk.settle()
    assert "Later" in box.said.text()


def test_the_stage_is_told_while_an_order_is_being_opened(desk: Workplace, laptop: Store) -> None:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    page.show_new()
    desk.settle()
    form = page.new_pane
    form.customer.put_back(HARBOUR, form._offer_assets)
    desk.settle()
    form.asset.write(ROBOT)
    form.asset.commit()
    desk.settle()
    assert form.stage.words() == "Life stage: Decline"
    form.title_field.write("Axis 3 is loud")
    form.make.click()
    desk.settle()
    with laptop.read() as read:
        [last] = read.all(OwnOperation)
    args = canonical.loads(last.body)["args"]
    assert (args["stage"], args["strategy"]) == ("decline", 1)


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(("scheme", "size"), [("light", 100), ("dark", 150)])
def test_the_life_stage_is_whole_in_each_language(
    desk: Workplace, laptop: Store, dressed: theme.Theme, qapp: QApplication, language: str, scheme: str, size: int
) -> None:
    order_id = opened(laptop)
    i18n.set_language(language)
    dressed.choose(scheme, size)
    desk.desk.resize(1280 * size // 100, 640 * size // 100)
    page = page_of(desk, order_id)
    page.tabs.choose("life")
    page.steps.step("completed")
    desk.settle()
    assert faults(desk.desk) == []
