"""Product models and the strategy table in the window: read by everybody, kept by the office."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical, i18n
from fielddesk.core.errors import RuleBroken
from fielddesk.features.lifecycle.actions import change_stage, create_model, edit_model, import_models, publish_strategy
from fielddesk.features.lifecycle.model import ProductModel, StageChange, StrategyRevision
from fielddesk.features.lifecycle.page import ModelsPage, StrategyPage
from fielddesk.features.lifecycle.panel import ModelPanel, NewRevision, RevisionPanel, StagePanel, StagesPanel
from fielddesk.features.lifecycle.queries import first_table, model_count, model_page, model_place, revision_in_force
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.lives import HP250, RC4, RC5, live, revision
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import CHEN, put


@pytest.fixture
def laptop(laptop: Store) -> Store:
    live(laptop)
    return laptop


@pytest.fixture
def office(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> Iterator[Workplace]:
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as place:
        yield place


def models_page(desk: Workplace, model_id: str = RC4) -> ModelsPage:
    page = desk.open("models")
    assert isinstance(page, ModelsPage)
    desk.bench.show("product_model", model_id)
    desk.settle()
    return page


def strategy_page(desk: Workplace) -> StrategyPage:
    page = desk.open("strategy")
    assert isinstance(page, StrategyPage)
    desk.settle()
    return page


def model(laptop: Store, model_id: str = RC4) -> ProductModel:
    with laptop.read() as read:
        return read.one(ProductModel, model_id)


def as_office(laptop: Store) -> None:
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")


# ---------------------------------------------------------------- models


@pytest.mark.parametrize(("text", "number"), [("", 3), ("rc-", 2), ("压力机", 1), ("robot", 2), ("nowhere", 0)])
def test_models_are_found_by_number_and_name_in_any_language(laptop: Store, text: str, number: int) -> None:
    with laptop.read() as read:
        rows = model_page(read, text, 0, 10)
        assert len(rows) == model_count(read, text) == number
        assert [model_place(read, text, row.id) for row in rows] == list(range(number))


def test_an_engineer_reads_a_model_with_what_ends_soon(desk: Workplace) -> None:
    page = models_page(desk)
    assert page.pane.second.text() == "RC-4 · Industrial equipment"
    assert page.pane.banner._fact.text() == "Last parts order on 31 Mar 2027, in 2 months"
    panel = page.tabs.panel("overview")
    assert isinstance(panel, ModelPanel)
    assert not panel.record.isVisible()
    panel.facts.pressed.emit("replacement_id")
    desk.settle()
    assert page.pane.title.text() == "Robot cell RC-5"


def test_the_office_corrects_a_date_and_one_that_cannot_be_is_refused_where_it_stands(
    office: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = models_page(office).tabs.panel("overview")
    assert isinstance(panel, ModelPanel)
    field = panel.record.form.fields["end_of_service_on"]
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, "2014-01-01")
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    office.settle()
    assert "End of service cannot lie before Market exit." in field._trouble_words.text()
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, "2028-01-01")
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    office.settle()
    assert model(laptop).end_of_service_on == "2028-01-01"
    assert office.desk.toast.take_back()
    office.settle()
    assert model(laptop).end_of_service_on == "2027-06-20"


def test_one_name_is_changed_and_the_others_stay(office: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = models_page(office).tabs.panel("overview")
    assert isinstance(panel, ModelPanel)
    field = panel.record.form.fields["name_en"]
    field.editor.selectAll()
    qtbot.keyClicks(field.editor, "Robot RC-4 MkII")
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    office.settle()
    assert canonical.loads(model(laptop).names) == {
        "en": "Robot RC-4 MkII", "zh_CN": "机器人单元 RC-4", "zh_TW": "機器人單元 RC-4"
    }  # fmt: skip


def test_a_stage_is_changed_with_day_and_reason_and_taken_back(office: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = models_page(office)
    panel = page.tabs.choose("stages")
    office.settle()
    assert isinstance(panel, StagesPanel)
    panel.form.fields["stage"].write("retirement")
    panel.change.click()
    assert "This is needed." in panel.form.fields["stage_reason"]._trouble_words.text()
    qtbot.keyClicks(panel.form.fields["stage_reason"].editor, "Early: no bearings any more")
    panel.change.click()
    office.settle()
    assert (model(laptop).stage, model(laptop).stage_since) == ("retirement", "2027-01-15")
    entries = panel.entries.entries()
    assert entries[0].text == "Retirement, from 15 Jan 2027 on"
    assert entries[0].details == ("Early: no bearings any more",)
    assert "Retirement 15 Jan 2027" in panel.line.accessibleName()
    assert office.desk.toast.take_back()
    office.settle()
    assert model(laptop).stage == "decline"
    with laptop.read() as read:
        assert len(read.all(StageChange, StageChange.c.model_id == RC4)) == 5  # nothing of it is forgotten


def test_a_reason_half_typed_stays_with_its_model(office: Workplace, qtbot: QtBot) -> None:
    page = models_page(office)
    panel = page.tabs.choose("stages")
    office.settle()
    assert isinstance(panel, StagesPanel)
    qtbot.keyClicks(panel.form.fields["stage_reason"].editor, "Half a rea")
    models_page(office, HP250)
    assert panel.form.fields["stage_reason"].text() == ""
    models_page(office)
    assert panel.form.fields["stage_reason"].text() == "Half a rea"


def test_a_new_model_is_in_a_stage_from_its_first_day(office: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = models_page(office)
    page.show_new()
    office.settle()
    form = page.new_pane
    qtbot.keyClicks(form.form.fields["number"].editor, "RC-6")
    form.form.fields["product_class"].write("software")
    form.make.click()
    office.settle()
    assert page.pane.second.text() == "RC-6 · Software"
    with laptop.read() as read:
        [made] = read.all(ProductModel, ProductModel.c.number == "RC-6")
        [change] = read.all(StageChange, StageChange.c.model_id == made.id)
    assert (made.stage, change.from_stage, change.to_stage) == ("launch", "none", "launch")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"number": " "}, "number_missing"), ({"number": "RC-4"}, "model_there_already"),
        ({"product_class": "toy"}, "class_unknown"), ({"stage": "limbo"}, "stage_unknown"),
        ({"names": {"en": " "}}, "name_missing"), ({"names": {"fr": "x"}}, "not_names"),
        ({"launch_on": "2027-01-01", "end_of_sale_on": "2026-01-01"}, "dates_out_of_order"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_is_refused(laptop: Store, fields: dict[str, object], code: str) -> None:
    as_office(laptop)
    good = {"number": "N", "names": {"en": "N"}, "product_class": "other", "stage": "launch", "since": "2026-01-01"}
    with pytest.raises(RuleBroken) as refused:
        laptop.do(call(create_model, **(good | fields)))
    assert refused.value.code == code


def test_a_model_does_not_replace_itself_nor_change_into_its_own_stage(laptop: Store) -> None:
    as_office(laptop)
    with pytest.raises(RuleBroken, match="replaces_itself"):
        laptop.do(call(edit_model, based_on={"replacement_id": RC5}, model_id=RC4, replacement_id=RC4))
    shown = {"stage": "decline", "stage_since": "2026-03-01", "stage_reason": "Sold out"}
    with pytest.raises(RuleBroken, match="stage_as_before"):
        laptop.do(call(change_stage, based_on=shown, model_id=RC4, stage="decline", since="2027-01-01", reason="x"))
    with pytest.raises(RuleBroken, match="reason_missing"):
        laptop.do(call(change_stage, based_on=shown, model_id=RC4, stage="maturity", since="2027-01-01", reason=" "))


def test_a_list_of_models_taken_in_twice_changes_nothing_the_second_time(laptop: Store) -> None:
    as_office(laptop)
    lines = [
        {"number": number, "names": {"en": number}, "product_class": "other", "stage": "maturity",
         "since": "2020-01-01", "reason": ""}
        for number in ("X-1", "X-2", "X-1", "RC-4")
    ]  # fmt: skip
    assert laptop.do(call(import_models, lines=lines)).results == (2,)
    assert laptop.do(call(import_models, lines=lines)).results == (0,)


# ---------------------------------------------------------------- the strategy table


def test_everybody_reads_the_table_stage_by_stage(desk: Workplace) -> None:
    page = strategy_page(desk)
    assert page.pane.title.text() == "Strategy, revision 1"
    panel = page.tabs.choose("decline")
    desk.settle()
    assert isinstance(panel, StagePanel)
    shown = {key: label.text() for key, label in panel.facts._values.items() if label.isVisible()}
    assert shown["steps"] == "Give the replacement advice"
    assert shown["lane"] == "Answer within 50 % and repair within 75 % of the agreed time"
    assert "inspection" not in shown
    i18n.set_language("zh_CN")
    desk.settle()
    assert panel.facts._values["goal"].text() == "保障备件与基本维修，平稳过渡"


def test_the_office_publishes_a_revision_that_says_what_it_changed(
    office: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    page = strategy_page(office)
    page.show_new()
    office.settle()
    form = page.new_pane
    assert isinstance(form, NewRevision)
    form.stage.write("decline")
    form.stage.commit()
    office.settle()
    assert form.form.fields["respond_percent"].text() == "50"
    form.form.fields["respond_percent"].write("abc")
    form.form.fields["reason"].write("Customers asked for it")
    form.make.click()
    office.settle()
    assert "Type a whole number." in form.form.fields["respond_percent"]._trouble_words.text()
    form.form.fields["respond_percent"].write("40")
    form.make.click()
    office.settle()
    with laptop.read() as read:
        last = revision_in_force(read, office.bench.today())
    assert last is not None
    assert (last.number, canonical.loads(last.table)["stages"]["decline"]["lane"]["respond_percent"]) == (2, 40)
    panel = page.tabs.choose("overview")
    office.settle()
    assert isinstance(panel, RevisionPanel)
    assert panel.facts._values["changed"].text() == "Decline, lane"
    assert page.list.rows.rowCount() == 2


def test_services_are_written_in_as_many_lines_in_each_language(office: Workplace, laptop: Store) -> None:
    page = strategy_page(office)
    page.show_new()
    office.settle()
    form = page.new_pane
    service = form.form.fields["service.zh_TW"]
    service.write(service.text().splitlines()[0])
    form.form.fields["reason"].write("x")
    form.make.click()
    office.settle()
    assert "as many services here" in service._trouble_words.text()
    with laptop.read() as read:
        assert len(read.all(StrategyRevision)) == 1


def test_what_another_published_meanwhile_stays_beside_mine(office: Workplace, laptop: Store) -> None:
    page = strategy_page(office)
    page.show_new()
    office.settle()
    form = page.new_pane
    form.form.fields["resolve_percent"].write("90")
    form.form.fields["reason"].write("Quicker")
    table = first_table()
    table["stages"]["maturity"]["goal"]["en"] = "Keep it running"
    laptop.do(call(publish_strategy, number=2, valid_from="2027-01-01", table=canonical.dumps(table), reason="Words"))
    office.settle()
    form.make.click()
    office.settle()
    with laptop.read() as read:
        last = revision_in_force(read, office.bench.today())
    assert last is not None
    stage = canonical.loads(last.table)["stages"]["maturity"]
    assert (last.number, stage["goal"]["en"], stage["lane"]["resolve_percent"]) == (3, "Keep it running", 90)


def test_what_is_typed_for_a_revision_is_kept_for_its_stage(office: Workplace, qtbot: QtBot) -> None:
    page = strategy_page(office)
    page.show_new()
    office.settle()
    form = page.new_pane
    goal = form.form.fields["goal.en"]
    goal.editor.selectAll()
    qtbot.keyClicks(goal.editor, "Half a goal")
    form.stage.write("launch")
    form.stage.commit()
    office.settle()
    assert goal.text() != "Half a goal"
    form.stage.write("maturity")
    form.stage.commit()
    office.settle()
    assert goal.text() == "Half a goal"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"number": 3}, "revision_taken"), ({"reason": " "}, "reason_missing"), ({"table": "{}"}, "strategy_wrong"),
        ({"table": canonical.dumps(first_table())}, "nothing_to_change"), ({"table": "[1"}, "not_json"),
    ],
)  # fmt: skip
def test_a_revision_that_cannot_be_is_refused(laptop: Store, fields: dict[str, object], code: str) -> None:
    as_office(laptop)
    table = first_table()
    table["terms"]["alert_months"] = 9
    good = {"number": 2, "valid_from": "2027-01-01", "table": canonical.dumps(table), "reason": "x"}
    with pytest.raises(RuleBroken) as refused:
        laptop.do(call(publish_strategy, **(good | fields)))
    assert refused.value.code == code


def test_a_revision_is_in_force_from_its_day_on(laptop: Store) -> None:
    put(laptop, [revision(2, "2027-02-01")])
    with laptop.read() as read:
        found = [revision_in_force(read, day) for day in ("2025-12-31", "2027-01-31", "2027-02-01")]
    assert [row.number if row else 0 for row in found] == [0, 1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(("scheme", "size"), [("light", 100), ("dark", 150)])
def test_every_tab_of_models_and_strategy_is_whole_in_each_language(
    office: Workplace, dressed: theme.Theme, qapp: QApplication, language: str, scheme: str, size: int
) -> None:
    i18n.set_language(language)
    dressed.choose(scheme, size)
    office.desk.resize(1280 * size // 100, 640 * size // 100)
    found = []
    models, strategy = ("overview", "stages", "assets"), ("overview", "research", "maturity", "retirement", "terms")
    for page, keys in ((models_page(office), models), (strategy_page(office), strategy)):
        office.desk.show_place("models" if isinstance(page, ModelsPage) else "strategy")
        for key in keys:
            page.tabs.choose(key)
            office.settle()
            found += [f"{key}: {fault}" for fault in faults(office.desk)]
        page.show_new()
        office.settle()
        found += [f"new: {fault}" for fault in faults(office.desk)]
    assert found == []
