"""Customers: the list, the address, and the way to their machines and orders."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.core.errors import RuleBroken
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.page import CustomersPage
from fielddesk.features.customers.queries import customer_count, customer_page, customer_place
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import faults
from tests.support.region import CHEN, put

HARBOUR = some_id("Harbour Stamping")


def shown(desk: Workplace, customer_id: str = HARBOUR) -> CustomersPage:
    page = desk.open("customers")
    assert isinstance(page, CustomersPage)
    desk.bench.show("customer", customer_id)
    desk.settle()
    return page


@pytest.mark.parametrize(
    ("text", "numbers"), [("", 5), ("HARBOUR", 1), ("c-1003", 1), ("青岛", 1), ("gdańsk", 1), ("nowhere", 0)]
)
def test_customers_are_found_by_name_number_and_town(laptop: Store, text: str, numbers: int) -> None:
    with laptop.read() as read:
        rows = customer_page(read, text, 0, 10)
        assert len(rows) == customer_count(read, text) == numbers
        assert [customer_place(read, text, row.id) for row in rows] == list(range(numbers))


def test_a_customer_shows_address_machines_and_orders(desk: Workplace) -> None:
    page = shown(desk)
    assert page.pane.second.text() == "C-1001 · Dock Road 14, 20457 Hamburg, DE"
    assets = page.tabs.choose("assets")
    desk.settle()
    assert assets.list.rows.rowCount() == 2  # type: ignore[attr-defined, union-attr]
    orders = page.tabs.choose("orders")
    desk.settle()
    assert orders.list.rows.rowCount() == 5  # type: ignore[attr-defined, union-attr]


def test_markup_in_a_name_is_shown_as_text(desk: Workplace, laptop: Store) -> None:
    name = "<img src=x> & <b>Sons</b>"
    put(laptop, [Customer(id=some_id("html"), number="C-9", name=name, street="<i>Street</i>", rev=1)])
    page = shown(desk, some_id("html"))
    assert page.pane.title.text() == name
    assert "<i>Street</i>" in [label.text() for label in page.findChildren(QLabel)]


def test_a_name_that_turns_its_letters_around_is_seen_for_what_it_is_and_kept_as_it_came(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    name = "Acme \u202egnitsaC\u202c"
    put(laptop, [Customer(id=some_id("turned"), number="C-\u202e9", name=name, street="\u2067Street", rev=1)])
    page = shown(desk, some_id("turned"))
    assert page.pane.title.text() == "Acme \ufffdgnitsaC\ufffd"
    assert page.pane.second.text() == "C-\ufffd9 · \ufffdStreet"
    row = page.list.currentIndex()
    assert str(row.data(Qt.ItemDataRole.AccessibleTextRole)).startswith("Acme \ufffdgnitsaC\ufffd, C-\ufffd9")
    told = [label.text() for label in page.findChildren(QLabel)]
    assert "\ufffdStreet" in told
    assert not any("\u202e" in text or "\u2067" in text for text in told)
    form = desk.open("orders").new_pane  # type: ignore[attr-defined]
    form.begin()
    qtbot.keyClicks(form.customer.editor, "acme")
    qtbot.keyClick(form.customer.editor, Qt.Key.Key_Return)
    desk.settle()
    assert form.customer.text() == "Acme \ufffdgnitsaC\ufffd"
    assert form.customer.parse(form.customer.text()) == some_id("turned")
    with laptop.read() as read:
        assert read.one(Customer, some_id("turned")).name == name


def office(qtbot: QtBot, laptop: Store) -> AbstractContextManager[Workplace]:
    """The window of somebody who plans."""
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")
    return workplace(qtbot, laptop)


def test_the_office_enters_a_customer_without_a_window_of_its_own(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    with office(qtbot, laptop) as desk:
        page = shown(desk)
        run(desk, "customer.new")
        form = page.new_pane
        assert form.isVisible()
        form.make.click()
        assert [label.text() for label in form.findChildren(QLabel) if label.isVisible()].count("This is needed.") == 2
        for key, text in {"name": "Zinc & Sons", "number": "C-2001", "city": "Essen", "country": "DE"}.items():
            qtbot.keyClicks(form.form.fields[key].editor, text)
        form.make.click()
        desk.settle()
        assert page.pane.title.text() == "Zinc & Sons"
        assert page.list.currentIndex().data() == "Zinc & Sons"
        assert desk.desk.toast.words() == "Zinc & Sons entered"
        with laptop.read() as read:
            (made,) = read.all(Customer, Customer.c.number == "C-2001")
        assert (made.tier, made.city, made.street) == ("standard", "Essen", "")
        page.show_new()
        desk.settle()
        assert form.form.fields["name"].text() == ""


def test_a_customer_half_typed_waits_and_a_second_thought_keeps_what_was_shown(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    with office(qtbot, laptop) as desk:
        page = shown(desk)
        page.new.click()
        desk.settle()
        qtbot.keyClicks(page.new_pane.form.fields["name"].editor, "Zin")
        page.new_pane.left_alone.emit()
        desk.settle()
        assert page.pane.title.text() == "Harbour Stamping"
        assert page.pane.isVisible()
        assert page.may_leave()
    with workplace(qtbot, laptop) as desk:
        page = shown(desk)
        page.new.click()
        desk.settle()
        assert page.new_pane.form.fields["name"].text() == "Zin"


def test_what_the_rules_refuse_is_told_at_its_field(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    with office(qtbot, laptop) as desk:
        page = shown(desk)
        page.new.click()
        desk.settle()
        form = page.new_pane.form
        form.fields["name"].write("Zinc")
        form.fields["number"].write("C-1\x00")
        page.new_pane.make.click()
        desk.settle()
        assert "cannot be stored" in form.fields["number"]._trouble_words.text()
        form.fields["number"].write("C-1")
        page.new_pane._refused(RuleBroken("number_missing", field="number"))
        assert form.fields["number"]._trouble_words.text() == "Type a number."


def run(desk: Workplace, key: str) -> None:
    """Give a command as the palette does."""
    offer = next(each for each in desk.offers.commands if each.key == key)
    assert offer.blocked is not None
    assert offer.blocked(desk.bench) == ""
    offer.run(desk.bench)
    desk.settle()


def test_who_does_not_plan_is_told_that_the_office_enters_customers(desk: Workplace) -> None:
    page = shown(desk)
    assert not hasattr(page, "new")
    offer = next(each for each in desk.offers.commands if each.key == "customer.new")
    assert offer.blocked is not None
    assert offer.blocked(desk.bench) == "for the office"
    desk.bench.show("customer", "new")
    desk.settle()
    assert page.pane.title.text() == "Harbour Stamping"


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_every_tab_is_named_whole_and_large_enough_in_each_language(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot, language: str
) -> None:
    i18n.set_language(language)
    with office(qtbot, laptop) as desk:
        look_at_every_tab(desk)


def look_at_every_tab(desk: Workplace) -> None:
    desk.desk.resize(1280, 640)
    page = shown(desk)
    found = []
    for key in ("overview", "assets", "orders", "history"):
        page.tabs.choose(key)
        desk.settle()
        found += [f"{key}: {fault}" for fault in faults(desk.desk)]
    page.show_new()
    desk.settle()
    found += [f"new: {fault}" for fault in faults(desk.desk)]
    assert found == []
