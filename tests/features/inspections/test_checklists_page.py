"""Stories of writing a checklist: items added, moved, changed, kept as a draft, and published as the next version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.features.inspections.model import Checklist, ChecklistVersion, HelpPicture
from fielddesk.features.inspections.page import TemplatesPage
from fielddesk.features.inspections.panel.checklist import DRAFT, ChecklistPanel
from fielddesk.features.inspections.panel.checklist_record import ChecklistRecord
from fielddesk.features.inspections.panel.item_fields import parts_of, parts_text
from fielddesk.features.inspections.panel.versions import VersionsPanel
from fielddesk.features.inspections.queries import latest_version
from fielddesk.features.inspections.rules import Item, parse_items
from fielddesk.features.people.rules import ENGINEER
from fielddesk.store.outbox import Draft
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.inspections import Shop, shipped_items, shop
from tests.support.look import IN_EACH_LANGUAGE, faults

__all__ = ["shop"]  # the fixture


@pytest.fixture
def office(qtbot: QtBot, dressed: theme.Theme, shop: Shop) -> Iterator[Workplace]:
    with workplace(qtbot, shop.store) as place:
        place.desk.activateWindow()
        qtbot.waitUntil(place.desk.isActiveWindow)
        yield place


@pytest.fixture
def press(shop: Shop) -> str:
    return shop.checklist(shipped_items("press-quarterly"), number="press-quarterly")


def editor(office: Workplace, checklist_id: str) -> ChecklistPanel:
    office.open("checklists")
    office.bench.show("checklist", checklist_id)
    office.settle()
    page = office.desk.page("checklists")
    assert isinstance(page, TemplatesPage)
    page.tabs.choose("items")
    office.settle()
    panel = page.tabs.panel()
    assert isinstance(panel, ChecklistPanel)
    return panel


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def typed(office: Workplace, panel: ChecklistPanel, key: str, text: str) -> None:
    field = panel.form.form.fields[key]
    field.editor.setFocus()
    field.editor.selectAll()
    field.editor.insert(text)
    field.editor.textEdited.emit(text)
    field.commit()
    office.settle()


def newest(shop: Shop, checklist_id: str) -> ChecklistVersion:
    found = shop.ask(latest_version, checklist_id)
    assert isinstance(found, ChecklistVersion)
    return found


def item(shop: Shop, checklist_id: str, key: str) -> Item:
    return next(one for one in parse_items(newest(shop, checklist_id).items) if one.key == key)


def draft(shop: Shop, checklist_id: str) -> str | None:
    row = shop.ask(lambda read: read.get(Draft, DRAFT, checklist_id))
    return None if row is None else str(row.text)


def test_a_limit_is_changed_seen_and_published_as_the_next_version(office: Workplace, shop: Shop, press: str) -> None:
    panel = editor(office, press)
    panel.list.choose("accumulator-pressure")
    office.settle()
    assert "Limits 92 to 108 bar" in words(panel.preview)
    typed(office, panel, "low", "94,5")
    assert "Limits 94.5 to 108 bar" in words(panel.preview)
    said = words(panel.publishing)
    assert "Version 1 is published · 1 changed" in said
    assert "Changed: Accumulator pressure (lower limit)" in said
    panel.publishing.remark.editor.setText("New accumulator since May")
    panel.publishing.publish.click()
    office.settle()
    version = newest(shop, press)
    assert (version.version, version.remark) == (2, "New accumulator since May")
    assert item(shop, press, "accumulator-pressure").low == 94_500_000
    assert draft(shop, press) is None
    assert words(panel.publishing).startswith("Version 2 is published")


def test_a_new_item_gets_its_key_from_its_name_and_stands_behind_the_chosen_one(
    office: Workplace, shop: Shop, press: str
) -> None:
    panel = editor(office, press)
    panel.list.choose("rod-seal")
    office.settle()
    panel.add.click()
    office.settle()
    assert not panel.publishing.publish.isEnabled()
    assert "Item 15: it has no name" in words(panel.publishing)
    typed(office, panel, "en", "Rod seal, left cylinder")
    panel.publishing.publish.click()
    office.settle()
    keys = [one.key for one in parse_items(newest(shop, press).items)]
    assert keys[keys.index("rod-seal") + 1] == "rod-seal-left-cylinder"


def test_what_is_written_survives_the_end_of_the_window(
    qtbot: QtBot, office: Workplace, shop: Shop, press: str
) -> None:
    panel = editor(office, press)
    panel.list.choose("pump-noise")
    office.settle()
    typed(office, panel, "en", "Noise of the pump")
    assert "Noise of the pump" in (draft(shop, press) or "")
    with workplace(qtbot, shop.store) as again:
        other = editor(again, press)
        assert other.is_changed()
        assert "Changed: Noise of the pump (name)" in words(other.publishing)
        other.publishing.away.click()
        again.settle()
        assert not other.is_changed()
        assert draft(shop, press) is None


def test_items_are_moved_copied_and_removed_by_keys_and_a_toast_brings_back(
    qtbot: QtBot, office: Workplace, press: str
) -> None:
    panel = editor(office, press)
    panel.list.choose("hours")
    office.settle()
    panel.list.setFocus()
    order = [entry.uid for entry in panel._entries]
    qtbot.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    office.settle()
    moved = [entry.uid for entry in panel._entries]
    assert moved.index("hours") == order.index("hours") + 1
    qtbot.keyClick(panel.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    office.settle()
    assert len(panel._entries) == len(order) + 1
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    office.settle()
    assert len(panel._entries) == len(order)
    panel._put_back(panel._entries, "hours")


def test_an_item_that_loses_what_it_is_asked_after_says_so(office: Workplace, press: str) -> None:
    panel = editor(office, press)
    panel.list.choose("oil-condition")
    office.settle()
    panel.remove_item()
    office.settle()
    assert not panel.publishing.publish.isEnabled()
    bad = [
        row.title
        for row in (panel.list.rows.row_at(n) for n in range(panel.list.rows.rowCount()))
        if row.state == "bad"
    ]
    assert [title.split("  ")[1] for title in bad] == ["Photo of the oil sample", "Oil change agreed for"]


def test_a_condition_is_chosen_and_one_that_says_more_stays(office: Workplace, shop: Shop, press: str) -> None:
    panel = editor(office, press)
    panel.list.choose("sample-photo")
    office.settle()
    fields = panel.form.form.fields
    assert fields["when_is"].text() == "as_before"  # milky or dark: two at once
    fields["when_is"].write("choice:dark")
    fields["when_is"].commit()
    office.settle()
    fields["when_item"].write("oil-temperature")
    fields["when_item"].commit()
    office.settle()
    assert fields["when_is"].text() == "at_least"
    typed(office, panel, "when_number", "55")
    panel.publishing.publish.click()
    office.settle()
    when = item(shop, press, "sample-photo").when
    assert when is not None
    assert (when.item, when.at_least) == ("oil-temperature", 55_000_000)


def test_choices_are_named_in_each_language_and_say_which_fail(office: Workplace, shop: Shop, press: str) -> None:
    panel = editor(office, press)
    panel.list.choose("oil-condition")
    office.settle()
    options = panel.form.options
    options.more.click()
    line = options.editors(3)["en"]
    line.setText("Foaming")
    line.textEdited.emit("Foaming")
    office.settle()
    assert "Foaming" in "".join(button.text() for button in panel.preview.findChildren(type(panel.add)))
    panel.publishing.publish.click()
    office.settle()
    assert [option.key for option in item(shop, press, "oil-condition").options][-1] == "choice"


def test_another_kind_leaves_behind_what_it_has_not(office: Workplace, shop: Shop, press: str) -> None:
    panel = editor(office, press)
    panel.list.choose("accumulator-pressure")
    office.settle()
    field = panel.form.form.fields["kind"]
    field.write("choice")
    field.commit()
    office.settle()
    panel.publishing.publish.click()
    office.settle()
    found = item(shop, press, "accumulator-pressure")
    assert (found.low, found.unit, [option.key for option in found.options]) == (None, "", ["good", "bad"])


def test_a_version_published_elsewhere_meanwhile_leaves_the_draft(office: Workplace, shop: Shop, press: str) -> None:
    panel = editor(office, press)
    panel.list.choose("pump-noise")
    office.settle()
    typed(office, panel, "en", "Noise of the pump")
    shop.publish(press, 2, shipped_items("press-quarterly")[:5])
    office.settle()
    panel.reload()
    office.settle()
    assert panel.is_changed()
    assert words(panel.publishing).startswith("Version 2 is published")
    panel.publishing.publish.click()
    office.settle()
    assert newest(shop, press).version == 3


def test_versions_tell_what_they_changed_and_the_record_its_names(office: Workplace, shop: Shop, press: str) -> None:
    items = shipped_items("press-quarterly")
    shop.publish(press, 2, items[:-1])
    page = office.open("checklists")
    assert isinstance(page, TemplatesPage)
    office.bench.show("checklist", press)
    page.tabs.choose("versions")
    office.settle()
    panel = page.tabs.panel()
    assert isinstance(panel, VersionsPanel)
    told = [panel.list.rows.row_at(n).told() for n in range(2)]
    assert told[0][:2] == ["Version 2", "Gone: Oil change agreed for"]
    assert told[1][:2] == ["Version 1", "First version"]
    page.tabs.choose("record")
    office.settle()
    record = page.tabs.panel()
    assert isinstance(record, ChecklistRecord)
    field = record.form.fields["en"]
    field.editor.setText("Press, every quarter")
    field.commit()
    office.settle()
    assert '"en":"Press, every quarter"' in shop.ask(lambda read: read.one(Checklist, press)).names


def test_a_new_checklist_is_made_named_and_filled(office: Workplace, shop: Shop) -> None:
    page = office.open("checklists")
    assert isinstance(page, TemplatesPage)
    assert "No checklists yet" in words(page)
    page.new.click()
    office.settle()
    page.new_pane.form.fields["en"].editor.setText("Kiln, every month")
    page.new_pane.make.click()
    office.settle()
    [made] = shop.ask(lambda read: read.all(Checklist))
    assert made.number == "kiln-every-month"
    panel = editor(office, made.id)
    assert "Nothing is published yet" in words(panel.publishing)
    panel.add.click()
    office.settle()
    typed(office, panel, "en", "Bearing temperature")
    panel.publishing.publish.click()
    office.settle()
    assert newest(shop, made.id).version == 1


def test_an_engineer_reads_and_changes_nothing(qtbot: QtBot, dressed: theme.Theme, shop: Shop, press: str) -> None:
    with workplace(qtbot, shop.store, role=ENGINEER) as place:
        panel = editor(place, press)
        panel.list.choose("rod-seal")
        place.settle()
        assert "Rod seal, main cylinder" in words(panel.preview)
        assert not panel.form.isVisible()
        assert not panel.add.isVisible()
        assert not panel.publishing.isVisible()


def test_names_with_markup_are_shown_as_they_are(office: Workplace, shop: Shop) -> None:
    nasty = "<b>Bold</b> & \u202eevil"
    checklist = shop.checklist([{"key": "a", "kind": "tick", "names": {"en": nasty}, "help": {"en": nasty}}])
    panel = editor(office, checklist)
    assert "<b>Bold</b>" in words(panel.preview)


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
def test_it_looks_right_in_each_language(office: Workplace, press: str, language: str) -> None:
    panel = editor(office, press)
    i18n.set_language(language)
    for key in ("accumulator-pressure", "oil-condition", "sample-photo"):
        panel.list.choose(key)
        office.settle()
        assert faults(office.desk) == []


def test_parts_are_written_on_one_line() -> None:
    parts = [{"number": "4S-118", "quantity": 1_000_000}, {"number": "GR-0400", "quantity": 2_500_000}]
    assert parts_text(parts) == "4S-118; GR-0400 × 2.5"
    assert parts_of(parts_text(parts)) == parts
    assert parts_of(" ;4S-118；") == parts[:1]


def test_the_office_goes_from_inspections_to_checklists(office: Workplace) -> None:
    page = office.open("inspections")
    page.checklists.click()  # type: ignore[attr-defined]
    office.settle()
    assert office.desk.current_place() == "checklists"


def test_the_help_of_an_item_gets_a_picture_that_is_published_with_it(
    qtbot: QtBot, office: Workplace, shop: Shop, press: str, tmp_path: Path
) -> None:
    panel = editor(office, press)
    panel.list.choose("pump-noise")
    office.settle()
    place = QImage(60, 40, QImage.Format.Format_RGB32)
    place.fill(Qt.GlobalColor.darkGreen)
    assert place.save(str(tmp_path / "gauge.png"))
    (tmp_path / "letter.txt").write_text("no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    refused = {"letter.txt": "letter.txt is damaged, or no picture at all.", "empty.png": "empty.png is empty"}
    for name, said in refused.items():
        panel.picture.take(tmp_path / name)
        office.settle()
        assert said in panel.picture.remark.words()
    assert not panel.is_changed()
    panel.picture.take(tmp_path / "gauge.png")
    office.settle()
    assert panel.picture.seen.isVisible()
    assert "picture" in panel.publishing.changes.text()
    with workplace(qtbot, shop.store) as again:  # the draft has it too
        assert editor(again, press).written.pictures["pump-noise"]["media_type"] == "image/png"
    panel.publishing.publish.click()
    office.settle()
    [row] = shop.ask(lambda read: read.all(HelpPicture, HelpPicture.c.item == "pump-noise"))
    assert shop.store.blobs is not None
    assert shop.store.blobs.has(row.sha256)
    panel.list.choose("pump-noise")
    office.settle()
    panel.picture.away.click()
    office.settle()
    assert panel.is_changed()
    panel.publishing.publish.click()
    office.settle()
    last = newest(shop, press).id
    assert shop.ask(lambda read: read.all(HelpPicture, HelpPicture.c.version_id == last)) == []


def test_a_help_picture_as_large_as_a_camera_takes_it_is_made_small_enough_to_travel(
    office: Workplace, shop: Shop, press: str, tmp_path: Path
) -> None:
    photo = QImage(3000, 1200, QImage.Format.Format_RGB32)
    photo.fill(Qt.GlobalColor.darkCyan)
    assert photo.save(str(tmp_path / "gauge.png"))
    panel = editor(office, press)
    panel.list.choose("pump-noise")
    office.settle()
    panel.picture.take(tmp_path / "gauge.png")
    office.settle()
    kept = panel.written.pictures["pump-noise"]
    content = shop.store.blobs.read_bytes(kept["sha256"])
    assert (kept["media_type"], kept["size"], QImage.fromData(content).width()) == ("image/jpeg", len(content), 1600)
