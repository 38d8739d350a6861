"""Items that a photo or a signature answers: the panels of the documents feature in a running inspection."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.panel import hot_folder
from fielddesk.features.documents.panel.photos import Photos
from fielddesk.features.documents.panel.taking import things_of
from fielddesk.features.inspections.panel.signing import ItemSignature
from fielddesk.features.workorders.model import OrderLink, WorkOrder
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.features.inspections.test_running import Person, answers, rows, words
from tests.support.benches import Workplace, workplace
from tests.support.look import faults
from tests.support.machine import ITEMS, ORDER, fill_press, named
from tests.support.region import put
from tests.support.safety import KIM, WORKS, the_works


@pytest.fixture
def anna(desk: Workplace, qtbot: QtBot) -> Person:
    return Person(desk, qtbot)


def test_a_photo_answers_its_item(anna: Person, press: Store, tmp_path: Path) -> None:
    anna.run.show_item("plate")
    anna.desk.settle()
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkCyan)
    assert picture.save(str(tmp_path / "plate.png"))
    photos = anna.card.pictures
    assert isinstance(photos, Photos)
    photos.taking.take(photos.owner, things_of([tmp_path / "plate.png"]))
    anna.desk.settle()
    assert "9  Photo of the type plate, OK" in rows(anna.run)
    assert anna.run.head.progress.text() == "1 of 8 done"


def test_a_signature_answers_its_item_by_hand_or_by_name(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    signed = {"key": "signed", "kind": "signature", "names": named("Operator", "操作员", "操作員")}
    fill_press(laptop, items=[signed, *ITEMS])
    with workplace(qtbot, laptop) as desk:
        anna = Person(desk, qtbot)
        pad = anna.card.pictures
        assert isinstance(pad, ItemSignature)
        pad.sign.click()
        assert "Type who signs" in words(pad)
        qtbot.keyClicks(pad.signer.editor, "Kim Sørensen")
        pad.sign.click()
        desk.settle()
        assert "1  Operator, OK" in rows(anna.run)
        assert "Signed by Kim Sørensen" in words(pad)
        assert faults(desk.desk) == []


def test_what_failed_goes_to_its_order_with_photo_site_person_and_stage(
    anna: Person, press: Store, tmp_path: Path
) -> None:
    with press.read() as read:
        order = read.one(WorkOrder, ORDER)
    put(press, [*the_works(), replace(order, site_id=WORKS, contact_id=KIM)])
    anna.press(Qt.Key.Key_D, Qt.Key.Key_Return, Qt.Key.Key_P, Qt.Key.Key_Return, Qt.Key.Key_F)
    anna.desk.settle()
    anna.card.show_pictures()
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkRed)
    assert picture.save(str(tmp_path / "seal.png"))
    photos = anna.card.pictures
    assert isinstance(photos, Photos)
    photos.taking.take(photos.owner, things_of([tmp_path / "seal.png"]))
    anna.desk.settle()
    anna.press(Qt.Key.Key_R, by=Qt.KeyboardModifier.ControlModifier)
    with press.read() as read:
        [link] = read.all(OrderLink, OrderLink.c.order_id == ORDER)
        made = read.one(WorkOrder, link.other_id)
        [taken] = read.all(Attachment, Attachment.c.order_id == ORDER)
        [shown] = read.all(Attachment, Attachment.c.order_id == made.id)
    assert (made.site_id, made.contact_id, made.stage, made.strategy) == (WORKS, KIM, "none", 0)
    assert (shown.sha256, shown.thumbnail, shown.name) == (taken.sha256, taken.thumbnail, taken.name)
    assert shown.asset_id is None  # the asset shows it already


def test_a_photo_of_the_folder_goes_to_the_item_that_was_in_front(anna: Person, press: Store, tmp_path: Path) -> None:
    with press.read() as read:
        order = read.one(WorkOrder, ORDER)
    put(press, [replace(order, status="in_progress")])
    folder = hot_folder(anna.desk.bench)
    anna.run.reload()
    folder.choose(str(tmp_path))
    anna.desk.settle()
    anna.run.show_item("seal")
    anna.desk.settle()
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkRed)
    assert picture.save(str(tmp_path / "seal.png"))
    moment = anna.desk.bench.now() / 1_000_000
    os.utime(tmp_path / "seal.png", (moment, moment))
    for _look in range(2):
        folder.look()
        anna.desk.settle()
    assert "1 new photo in the photo folder" in words(anna.run.pane)
    anna.run.show_item("valve")
    folder.take_for(ORDER)
    anna.desk.settle()
    with press.read() as read:
        [taken] = read.all(Attachment, Attachment.c.order_id == ORDER)
    assert taken.item == "seal"
    assert "new photo" not in words(anna.run.pane)
    folder.choose("")


def test_a_note_on_a_photo_item_is_kept_and_answers_nothing(anna: Person, press: Store, qtbot: QtBot) -> None:
    anna.run.show_item("plate")
    anna.desk.settle()
    anna.card.show_note()
    qtbot.keyClicks(anna.card.note.editor, "Plate is gone")
    anna.run.show_item("remark")
    anna.desk.settle()
    assert answers(press)["plate"].text == "Plate is gone"
    assert "9  Photo of the type plate" in rows(anna.run)
    assert anna.run.head.progress.text() == "0 of 8 done"
