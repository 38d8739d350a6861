"""Sites and contacts of a customer: entered, corrected where they stand, confirmed, taken off the list and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.features.customers.actions import create_contact, create_site
from fielddesk.features.customers.model import Contact, Customer, Site
from fielddesk.features.customers.page import CustomersPage
from fielddesk.features.customers.panel import ContactsPanel, CustomerPanel, SitesPanel
from fielddesk.features.customers.rules import to_be_confirmed
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import CHEN, put

HARBOUR, BALTIC = some_id("Harbour Stamping"), some_id("Baltic Foundry")


@pytest.fixture
def office(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> Iterator[Workplace]:
    laptop.identity = laptop.identity.__class__(CHEN, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as place:
        yield place


def page_of(desk: Workplace, customer_id: str = HARBOUR) -> CustomersPage:
    page = desk.open("customers")
    assert isinstance(page, CustomersPage)
    desk.bench.show("customer", customer_id)
    desk.settle()
    return page


def sites(desk: Workplace) -> SitesPanel:
    panel = page_of(desk).tabs.choose("sites")
    desk.settle()
    assert isinstance(panel, SitesPanel)
    return panel


def contacts(desk: Workplace, customer_id: str = HARBOUR) -> ContactsPanel:
    panel = page_of(desk, customer_id).tabs.choose("contacts")
    desk.settle()
    assert isinstance(panel, ContactsPanel)
    return panel


def type_into(editor: object, text: str, qtbot: QtBot) -> None:
    editor.setFocus()  # type: ignore[attr-defined]
    editor.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(editor, text)


def stored(laptop: Store, table: type[Site] | type[Contact]) -> list[Site] | list[Contact]:
    with laptop.read() as read:
        return read.all(table, table.c.archived_at.is_(None))  # type: ignore[return-value]


def test_the_office_corrects_a_customer_where_it_stands_and_undo_brings_it_back(
    office: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = page_of(office).tabs.panel("overview")
    assert isinstance(panel, CustomerPanel)
    city = panel.record.form.fields["city"].editor
    type_into(city, "Bremen", qtbot)
    qtbot.keyClick(city, Qt.Key.Key_Return)
    office.settle()
    with laptop.read() as read:
        assert read.one(Customer, HARBOUR).city == "Bremen"
    assert panel.record.said.text().startswith("Saved ")
    assert office.desk.toast.take_back()
    office.settle()
    with laptop.read() as read:
        assert read.one(Customer, HARBOUR).city == "Hamburg"


def test_an_engineer_reads_the_record_and_changes_nothing_of_it(desk: Workplace) -> None:
    panel = page_of(desk).tabs.panel("overview")
    assert isinstance(panel, CustomerPanel)
    assert not panel.record.isVisible()


def test_the_office_enters_a_site_and_finds_it_in_the_list(office: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = sites(office)
    assert panel.empty.isVisible()
    panel.new.click()
    office.settle()
    pane = panel.new_pane
    assert pane is not None
    assert pane.form.fields["zone"].text() == office.bench.zone()
    pane.form.fields["zone"].write("Mars/Olympus")
    qtbot.keyClicks(pane.form.fields["name"].editor, "Plant East")
    pane.make.click()
    office.settle()
    assert "knows no such time zone" in pane.form.fields["zone"]._trouble_words.text()
    pane.form.fields["zone"].write("Europe/Berlin")
    pane.make.click()
    office.settle()
    assert [site.name for site in stored(laptop, Site)] == ["Plant East"]
    assert panel.title.text() == "Plant East"
    panel.back.click()
    office.settle()
    assert panel.list.rows.rowCount() == 1


def test_an_engineer_writes_down_access_and_dangers_and_not_the_address(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    put(laptop, [Site(id=some_id("east"), customer_id=HARBOUR, name="Plant East", street="Dock 3", rev=1)])
    panel = sites(desk)
    assert not panel.new.isVisible()
    panel.list.opened.emit(some_id("east"))
    desk.settle()
    assert list(panel.record.form.fields) == ["access", "hazards", "induction_needed", "permit_needed"]
    editor = panel.record.form.fields["hazards"].editor
    qtbot.keyClicks(editor, "Crane above the aisle")
    assert panel.may_leave()
    desk.settle()
    [site] = stored(laptop, Site)
    assert isinstance(site, Site)
    assert site.hazards == "Crane above the aisle"
    permit = panel.record.form.fields["permit_needed"]
    permit.write("1")
    permit.commit()
    desk.settle()
    panel.back.click()
    desk.settle()
    row = panel.list.rows.row_at(0)
    assert (row.right, row.below) == ("hazards", "permit")


def test_a_closed_site_leaves_the_list_and_undo_brings_it_back(office: Workplace, laptop: Store) -> None:
    put(laptop, [Site(id=some_id("east"), customer_id=HARBOUR, name="Plant East", rev=1)])
    panel = sites(office)
    panel.list.opened.emit(some_id("east"))
    office.settle()
    panel.closing.click()
    office.settle()
    assert stored(laptop, Site) == []
    assert office.desk.toast.take_back()
    office.settle()
    assert len(stored(laptop, Site)) == 1


def test_a_contact_is_entered_by_an_engineer_and_confirmed_a_year_later(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = contacts(desk)
    panel.new.click()
    desk.settle()
    pane = panel.new_pane
    assert pane is not None
    qtbot.keyClicks(pane.form.fields["name"].editor, "Ms Sørensen")
    qtbot.keyClicks(pane.form.fields["phone"].editor, "+49 40 555 7")
    pane.make.click()
    desk.settle()
    [contact] = stored(laptop, Contact)
    assert isinstance(contact, Contact)
    assert contact.confirmed_on == desk.bench.today()
    put(laptop, [Contact.from_body(contact.body() | {"confirmed_on": "2020-01-01"}, 2)])
    desk.settle()
    assert "more than 12 months ago" in panel.old.words()
    panel.confirm.click()
    desk.settle()
    assert panel.old.words() == ""
    [contact] = stored(laptop, Contact)
    assert isinstance(contact, Contact)
    assert contact.confirmed_on == desk.bench.today()
    assert desk.desk.toast.take_back()
    desk.settle()
    assert "more than 12 months ago" in panel.old.words()


def test_what_is_typed_for_a_new_contact_stays_with_its_customer(desk: Workplace, qtbot: QtBot) -> None:
    panel = contacts(desk)
    panel.new.click()
    desk.settle()
    assert panel.new_pane is not None
    qtbot.keyClicks(panel.new_pane.form.fields["name"].editor, "Half a na")
    contacts(desk, BALTIC)
    panel.new.click()
    desk.settle()
    assert panel.new_pane is not None
    assert panel.new_pane.form.fields["name"].text() == ""
    contacts(desk)
    panel.new.click()
    desk.settle()
    assert panel.new_pane is not None
    assert panel.new_pane.form.fields["name"].text() == "Half a na"


def test_a_contact_that_is_gone_elsewhere_closes_its_form(desk: Workplace, laptop: Store) -> None:
    put(laptop, [Contact(id=some_id("ms"), customer_id=HARBOUR, name="Ms S", rev=1)])
    panel = contacts(desk)
    panel.open(some_id("ms"))
    desk.settle()
    assert panel.title.text() == "Ms S"
    put(laptop, [Contact(id=some_id("ms"), customer_id=HARBOUR, name="Ms S", rev=2, archived_at=1)])
    desk.settle()
    assert panel.row_id() == ""
    assert panel.empty.isVisible()


def test_a_site_is_shown_within_its_customer(desk: Workplace, laptop: Store) -> None:
    put(laptop, [Site(id=some_id("west"), customer_id=BALTIC, name="Plant West", rev=1)])
    desk.bench.show("site", some_id("west"))
    desk.settle()
    page = desk.desk.page("customers")
    assert page.pane.title.text() == "Baltic Foundry"  # type: ignore[attr-defined]
    assert page.tabs.panel().title.text() == "Plant West"  # type: ignore[attr-defined]


class Browser(QObject):
    """Stands where the browser of the computer would."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.asked.append(url.toString())


def test_an_address_leads_to_the_map(desk: Workplace) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "take")
    try:
        panel = page_of(desk).tabs.panel("overview")
        assert isinstance(panel, CustomerPanel)
        panel.facts.pressed.emit("map")
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert browser.asked == ["https://www.openstreetmap.org/search?query=Dock Road 14, 20457 Hamburg, DE"]


@pytest.mark.parametrize(
    ("confirmed_on", "old"),
    [(None, True), ("2027-03-01", False), ("2026-03-02", False), ("2026-03-01", True)],
)
def test_a_contact_grows_old_after_twelve_months(confirmed_on: str | None, old: bool) -> None:
    assert to_be_confirmed(confirmed_on, "2027-03-02") is old


@pytest.mark.slow
@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(("scheme", "size"), [("light", 100), ("dark", 150)])
def test_sites_and_contacts_are_named_whole_and_large_enough(
    office: Workplace, laptop: Store, dressed: theme.Theme, qapp: QApplication, language: str, scheme: str, size: int
) -> None:
    site = laptop.do(call(create_site, customer_id=HARBOUR, name="Plant East", hazards="Crane")).results[0]
    contact = laptop.do(call(create_contact, customer_id=HARBOUR, name="Ms Sørensen")).results[0]
    i18n.set_language(language)
    dressed.choose(scheme, size)
    office.desk.resize(1280 * size // 100, 640 * size // 100)
    found = []
    for panel, row_id in ((sites(office), site), (contacts(office), contact)):
        found += faults(office.desk)
        panel.open(row_id)
        office.settle()
        found += faults(office.desk)
        panel.show_list()
        office.settle()
        panel.show_new()
        office.settle()
        found += faults(office.desk)
    assert found == []
