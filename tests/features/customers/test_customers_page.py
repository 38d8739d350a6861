"""Customers: the list, the address, and the way to their machines and orders."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.page import CustomersPage
from fielddesk.features.customers.queries import customer_count, customer_page, customer_place
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.look import faults
from tests.support.region import put

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


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_every_tab_is_named_whole_and_large_enough_in_each_language(
    desk: Workplace, dressed: theme.Theme, language: str
) -> None:
    i18n.set_language(language)
    desk.desk.resize(1280, 640)
    page = shown(desk)
    found = []
    for key in ("overview", "assets", "orders", "history"):
        page.tabs.choose(key)
        desk.settle()
        found += [f"{key}: {fault}" for fault in faults(desk.desk)]
    assert found == []
