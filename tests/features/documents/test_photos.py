"""Photos on a record: from files, clipboard, drops and the hot folder; drawn on; bad ones told and the rest taken."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from fielddesk.features.documents.model import Attachment
from fielddesk.features.documents.panel import hot_folder
from fielddesk.features.documents.panel.opening import DRAWING_DRAFT
from fielddesk.features.documents.panel.photos import Photos
from fielddesk.features.documents.panel.taking import things_of
from fielddesk.features.settings.panel import PhotoFolderCard
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft
from fielddesk.ui import handing
from fielddesk.ui.drawing import Drawing
from fielddesk.ui.pictures import picture
from tests.support.benches import Workplace
from tests.support.laptops import kept, some_id
from tests.support.look import faults

ORDER = some_id("WO-A7-2026-1051")
OTHER = some_id("WO-A7-2026-1042")


def photo(path: Path, colour: str = "steelblue", size: tuple[int, int] = (640, 480)) -> Path:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))
    return path


def bomb(path: Path) -> Path:
    """A PNG of 400 megapixels in a few hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


@pytest.fixture
def photos(desk: Workplace, qtbot: QtBot) -> Photos:
    """The tab of an order."""
    page = desk.open("orders")
    desk.bench.show("work_order", ORDER)
    desk.settle()
    panel = page.tabs.choose("photos")
    desk.settle()
    desk.desk.activateWindow()
    qtbot.waitUntil(desk.desk.isActiveWindow)
    return panel.photos


def rows(laptop: Store) -> list[Attachment]:
    return [row for row in kept(laptop, Attachment) if row.archived_at is None]


def drop(photos: Photos, paths: list[Path]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    photos.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_dropped_photos_are_on_the_order_its_asset_and_in_the_history(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path
):
    files = [photo(tmp_path / "one.jpg"), photo(tmp_path / "two.png", "tomato"), photo(tmp_path / "three.webp", "tan")]
    before = files[0].read_bytes()
    drop(photos, files)
    desk.settle()
    found = rows(laptop)
    assert sorted(row.name for row in found) == ["one.jpg", "three.webp", "two.png"]
    assert {row.order_id for row in found} == {ORDER}
    assert {row.asset_id for row in found} == {some_id("7SR-1033")}
    assert laptop.blobs is not None
    first = next(row for row in found if row.name == "one.jpg")
    assert laptop.blobs.read_bytes(first.sha256) == before == files[0].read_bytes()  # kept and left as it was
    assert max(picture(laptop.blobs.read_bytes(first.thumbnail)).size().toTuple()) == 320
    assert all(tile.has_picture() for tile in photos.tiles.values())
    assert desk.desk.toast._words.text() == "3 photos and files added"
    assert faults(desk.desk) == []
    desk.desk.toast.take_back()
    desk.settle()
    assert rows(laptop) == []
    assert photos.empty.isVisible()


def test_what_cannot_be_taken_is_told_and_the_rest_is_done(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path
):
    good = photo(tmp_path / "good.jpg")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "words.png").write_text("no picture")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    (tmp_path / "folder.jpg").mkdir()
    names = ["empty.jpg", "cut.jpg", "words.png", "phone.heic", "folder.jpg", "gone.jpg", "good.jpg"]
    photos.taking.take(photos.owner, [])
    drop(photos, [bomb(tmp_path / "bomb.png"), *(tmp_path / name for name in names)])
    desk.settle()
    assert sorted((row.name, row.kind) for row in rows(laptop)) == [("good.jpg", "photo"), ("phone.heic", "file")]
    told = photos.remark.words().split("\n")
    assert told[0] == "bomb.png has 400 megapixels, too many to look at; 64 are the most. Save it smaller."
    assert told[1] == "empty.jpg is empty; copy it again from where it came."
    assert told[2] == "cut.jpg is damaged, or no picture at all."
    assert told[-1] == "and 3 more"
    drop(photos, [good])
    desk.settle()
    assert photos.remark.words() == "good.jpg is here already."
    assert len(rows(laptop)) == 2


def test_a_picture_is_pasted_with_a_key(desk: Workplace, laptop: Store, photos: Photos, qtbot: QtBot, tmp_path: Path):
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("seagreen"))
    QGuiApplication.clipboard().setImage(image)
    photos.add.setFocus()
    qtbot.keyClick(photos.add, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert [(row.name, row.media_type) for row in rows(laptop)] == [("Pasted picture.png", "image/png")]
    QGuiApplication.clipboard().setText("only words")
    photos.paste_button.click()
    assert photos.remark.words() == "There is no picture and no file on the clipboard."


def test_files_are_chosen_and_saved_by_dialogs_that_wait_for_nobody(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path
):
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 a report")
    photos.add.click()
    photos.dialog.filesSelected.emit([str(tmp_path / "report.pdf")])
    photos.dialog.close()
    desk.settle()
    [row] = rows(laptop)
    assert (row.kind, row.media_type, row.thumbnail) == ("file", "application/pdf", "")
    photos.opening.save(row)
    photos.opening.dialog.fileSelected.emit(str(tmp_path / "copy.pdf"))
    photos.opening.dialog.close()
    desk.settle()
    assert (tmp_path / "copy.pdf").read_bytes() == b"%PDF-1.7 a report"
    photos.opening.save(row)
    photos.opening.dialog.fileSelected.emit(str(tmp_path / "no" / "such" / "folder.pdf"))
    photos.opening.dialog.close()
    desk.settle()
    assert desk.desk.toast._words.text() == "It could not be saved there. Choose another folder."


def test_a_name_from_outside_harms_nobody(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "photo\u202egpj.exe").write_bytes(b"MZ")
    drop(photos, [tmp_path / "photo\u202egpj.exe"])
    desk.settle()
    [row] = rows(laptop)
    opened: list[Path] = []
    monkeypatch.setattr(handing, "open_with_system", opened.append)
    photos.opening.open_outside(row)
    desk.settle()
    assert opened == []
    assert "may be a program" in desk.desk.toast._words.text()
    [tile] = photos.tiles.values()
    assert "\u202e" not in tile.accessibleName()


def test_words_to_a_photo_are_kept_and_undone(desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path):
    drop(photos, [photo(tmp_path / "one.jpg")])
    desk.settle()
    [tile] = photos.tiles.values()
    tile.setFocus()
    assert photos.details.isVisible()
    field = photos.details.form.fields["caption"]
    field.editor.insert("Oil at the seal")
    field._typing()
    field.commit()
    desk.settle()
    assert [row.caption for row in rows(laptop)] == ["Oil at the seal"]
    assert faults(desk.desk) == []
    desk.desk.toast.take_back()
    desk.settle()
    assert [row.caption for row in rows(laptop)] == [""]


def opened(desk: Workplace, photos: Photos) -> Drawing:
    [tile, *_] = photos.tiles.values()
    tile.opened.emit()
    desk.settle()
    assert photos.opening.drawing is not None
    return photos.opening.drawing


def test_a_photo_is_drawn_on_with_the_keys_alone_and_kept_as_a_new_one(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path, qtbot: QtBot
):
    drop(photos, [photo(tmp_path / "one.jpg", size=(1600, 1200))])
    desk.settle()
    drawing = opened(desk, photos)
    assert faults(drawing) == []
    canvas = drawing.canvas
    for key in (Qt.Key.Key_A, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_C):
        qtbot.keyClick(canvas, key)
    qtbot.keyClick(canvas, Qt.Key.Key_T)
    qtbot.keyClicks(drawing.words, "Leak <b>here</b>")
    qtbot.keyClick(drawing.words, Qt.Key.Key_Return)
    assert [mark.kind for mark in canvas.marks] == ["arrow", "circle", "text"]
    assert canvas.marks[2].text == "Leak <b>here</b>"
    assert faults(drawing) == []
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.marks[2].text == ""
    qtbot.keyClick(canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: drawing._draft is not None, timeout=1000)
    desk.settle()
    assert [draft.name for draft in kept_drafts(laptop)] == [DRAWING_DRAFT]
    qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    drawn, original = sorted(rows(laptop), key=lambda row: row.kind)
    assert (drawn.kind, drawn.original_id, drawn.order_id) == ("drawing", original.id, ORDER)
    assert laptop.blobs is not None
    assert picture(laptop.blobs.read_bytes(drawn.sha256)).size().toTuple() == (1600, 1200)
    assert kept_drafts(laptop) == []
    assert desk.desk.stack.isEnabled()


def kept_drafts(laptop: Store) -> list[Draft]:
    with laptop.read() as read:
        return read.all(Draft)


def test_a_drawing_that_was_left_is_there_again(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path, qtbot: QtBot
):
    drop(photos, [photo(tmp_path / "one.jpg")])
    desk.settle()
    drawing = opened(desk, photos)
    canvas = drawing.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(canvas, QPoint(420, 300))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(420, 300))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(600, 100))  # a tap draws nothing
    assert [mark.kind for mark in canvas.marks] == ["arrow"]
    marks = list(canvas.marks)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    desk.settle()
    assert photos.opening.drawing is None
    assert len(rows(laptop)) == 1
    assert opened(desk, photos).canvas.marks == marks
    photos.opening.drawing.go_back()


def test_no_shortcut_of_the_window_works_under_a_picture(desk: Workplace, photos: Photos, tmp_path: Path, qtbot: QtBot):
    drop(photos, [photo(tmp_path / "one.jpg")])
    desk.settle()
    drawing = opened(desk, photos)
    asked: list[int] = []
    desk.desk.commands_asked.connect(lambda: asked.append(1))
    qtbot.keyClick(drawing.canvas, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert asked == []
    drawing.go_back()
    qtbot.keyClick(photos.add, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert asked == [1]


def test_new_pictures_of_the_hot_folder_are_offered_on_the_order_of_their_time(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path, qtbot: QtBot
):
    card = tmp_path / "DCIM"
    (card / "100").mkdir(parents=True)
    photo(card / "old.jpg")
    folder = hot_folder(desk.bench)
    folder.choose(str(card))
    desk.settle()
    assert folder.new == []
    mine = photo(card / "100" / "mine.jpg", "tomato")
    other = photo(card / "other.jpg", "tan")
    now = desk.bench.now()
    set_time(mine, now + 60_000_000)
    set_time(other, now + 3_600_000_000)
    laptop.clock.pass_time(1800)  # type: ignore[attr-defined]
    folder.in_front(OTHER)
    folder.look()
    qtbot.waitUntil(lambda: bool(folder.new), timeout=5000)
    assert [new.path.name for new, _item in folder.for_order(ORDER)] == ["mine.jpg"]
    banner = desk.desk.page("orders").pane.banner
    assert banner.isVisible()
    assert faults(desk.desk) == []
    banner._buttons[0].click()
    desk.settle()
    assert [row.name for row in rows(laptop)] == ["mine.jpg"]
    assert not banner.isVisible()
    assert mine.exists()
    assert [new.path.name for new, _item in folder.for_order(OTHER)] == ["other.jpg"]


def set_time(path: Path, moment: int) -> None:
    os.utime(path, ns=(moment * 1000, moment * 1000))


def test_the_folder_is_chosen_in_the_settings_and_told_when_it_is_gone(desk: Workplace, tmp_path: Path):
    card = PhotoFolderCard(desk.bench)
    assert card.where.words.text().startswith("None.")
    card.where.button.click()
    assert card.dialog is not None
    (tmp_path / "DCIM").mkdir()
    card.dialog.fileSelected.emit(str(tmp_path / "DCIM"))
    card.dialog.close()
    desk.settle()
    assert card.where.words.text() == str(tmp_path / "DCIM")
    (tmp_path / "DCIM").rmdir()
    hot_folder(desk.bench).look()
    desk.settle()
    assert card.where.words.text().endswith("is not there now; it is looked for.")
    card.none.click()
    desk.settle()
    assert card.where.words.text().startswith("None.")
    card.deleteLater()


def test_a_photo_whose_content_has_not_arrived_says_so(desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path):
    drop(photos, [photo(tmp_path / "one.jpg")])
    desk.settle()
    [row] = rows(laptop)
    assert laptop.blobs is not None
    laptop.blobs.remove(row.sha256)
    [tile] = photos.tiles.values()
    tile.opened.emit()
    desk.settle()
    assert photos.opening.drawing is None
    assert desk.desk.toast._words.text() == "Its content has not arrived yet; it comes with the next sync."


def test_an_item_of_a_checklist_has_its_own_photos_in_one_row(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path, qtbot: QtBot
):
    row = Photos(desk.bench, order_id=ORDER, item="seal", compact=True)
    row.resize(600, 120)
    row.show()
    counts: list[int] = []
    row.counted.connect(counts.append)
    row.take(things_of([photo(tmp_path / "seal.jpg")]))
    desk.settle()
    assert [(each.item, each.asset_id) for each in rows(laptop)] == [("seal", some_id("7SR-1033"))]
    assert counts[-1] == 1
    assert len(photos.tiles) == 1  # the order shows those of its items too
    assert faults(row) == []
    row.deleteLater()
    desk.settle()


@pytest.mark.slow
def test_a_file_of_a_hundred_megabytes_is_taken_while_the_window_lives(
    desk: Workplace, laptop: Store, photos: Photos, tmp_path: Path
):
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(100_000_000)
    drop(photos, [film])
    desk.settle()
    assert [(row.kind, row.size) for row in rows(laptop)] == [("file", 100_000_000)]
