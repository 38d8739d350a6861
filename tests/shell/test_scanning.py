"""A machine is found by a hand scanner that types, and from a picture of its label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from fielddesk.core import pdf
from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import FieldDeskError
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.papers import one_label
from fielddesk.features.documents.papers import QR, ROLL_62, Label
from fielddesk.features.documents.papers.labels import label_sheet
from fielddesk.shell.scanning import codes_in
from fielddesk.shell.search import Search
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support import inspected
from tests.support.benches import Workplace, workplace
from tests.support.laptops import new_laptop, some_id
from tests.support.region import fill, put

PRESS = some_id("HP250-0042")


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Store]:
    store = new_laptop(tmp_path / "laptop", clock=FixedClock())
    fill(store)
    yield store
    store.close()


@pytest.fixture
def place(qtbot: QtBot, qapp: object, laptop: Store) -> Iterator[Workplace]:
    theme.start(qapp)  # type: ignore[arg-type]
    with workplace(qtbot, laptop) as found:
        found.search = Search(found.desk, found.bench)  # type: ignore[attr-defined]
        found.open("orders")
        yield found


def picture(*codes: str) -> bytes:
    """A picture of labels beside each other."""
    some = [Label(code, code[:20], "Machine") for code in codes]
    pages = [QImage.fromData(page) for page in pdf.pages(label_sheet(some, ROLL_62, QR), 200)]
    whole = QImage(pages[0].width(), pages[0].height() * len(pages), QImage.Format.Format_RGB32)
    painter = QPainter(whole)
    for n, page in enumerate(pages):
        painter.drawImage(0, n * page.height(), page)
    painter.end()
    from fielddesk.ui.pictures import png

    return png(whole)


def code_of(store: Store, asset_id: str) -> str:
    with store.read() as read:
        return one_label(read, asset_id)[0].code


def scanned(place: Workplace, text: str) -> None:
    box = place.desk.top.search
    box.setFocus()
    box.setText(text)
    box.returnPressed.emit()
    place.settle()


def shown(place: Workplace) -> str:
    page = place.desk.page(place.desk.current_place())
    return f"{place.desk.current_place()}:{getattr(page, '_row_id', '')}"


@pytest.mark.parametrize("text", ["HP250-0042", "hp250-0042", " HP250-0042 "])
def test_a_scanner_that_types_the_serial_opens_the_machine(place: Workplace, text: str) -> None:
    scanned(place, text)
    assert shown(place) == f"assets:{PRESS}"
    assert place.desk.top.search.text() == ""


def test_a_scanner_that_types_a_whole_label_opens_the_machine(place: Workplace, laptop: Store) -> None:
    scanned(place, code_of(laptop, PRESS).upper())
    assert shown(place) == f"assets:{PRESS}"


def test_two_machines_with_one_serial_are_chosen_between(place: Workplace, laptop: Store) -> None:
    put(laptop, [Asset(id=some_id("twin"), customer_id=inspected.CUSTOMER, serial="HP250-0042", name="Twin", rev=1)])
    scanned(place, "HP250-0042")
    assert place.desk.current_place() == "orders"
    assert place.search.results.isVisible()  # type: ignore[attr-defined]
    assert place.search.results.rows >= 2  # type: ignore[attr-defined]


def test_a_label_of_a_machine_that_is_not_here(place: Workplace) -> None:
    scanned(place, f"XX-1 {'a' * 32}")
    assert "not on this laptop" in place.search.results.note.text()  # type: ignore[attr-defined]


def test_a_file_with_a_picture_of_the_label(place: Workplace, laptop: Store, tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    path.write_bytes(picture(code_of(laptop, PRESS)))
    place.desk.top.search.from_picture.click()
    place.search.dialog.filesSelected.emit([str(path)])  # type: ignore[attr-defined]
    place.search.dialog.close()  # type: ignore[attr-defined]
    place.settle()
    assert shown(place) == f"assets:{PRESS}"


@pytest.mark.parametrize("how", ["image", "file"])
def test_a_picture_that_is_pasted_or_dropped(
    qtbot: QtBot, place: Workplace, laptop: Store, tmp_path: Path, how: str
) -> None:
    content = picture(code_of(laptop, PRESS))
    box = place.desk.top.search
    if how == "image":
        QGuiApplication.clipboard().setImage(QImage.fromData(content))
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        QGuiApplication.clipboard().clear()
    else:
        path = tmp_path / "photo of the label.png"
        path.write_bytes(content)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        box.dropEvent(
            QDropEvent(
                QPointF(QPoint(5, 5)), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )  # fmt: skip
    place.settle()
    assert shown(place) == f"assets:{PRESS}"


def test_several_codes_in_a_picture_are_chosen_between(place: Workplace, laptop: Store) -> None:
    both = picture(code_of(laptop, PRESS), code_of(laptop, some_id("KD-881")), "part of something else")
    place.search.read_picture(QImage.fromData(both))  # type: ignore[attr-defined]
    place.settle()
    results = place.search.results  # type: ignore[attr-defined]
    assert results.isVisible()
    assert results.rows == 2
    results.pick()
    place.settle()
    assert place.desk.current_place() == "assets"


@pytest.mark.parametrize(
    ("code", "expected"), [("WO-A7-2026-1051", "orders"), ("4S-118", "parts"), ("C-1001", "customers")]
)
def test_other_numbers_are_found_too(place: Workplace, code: str, expected: str) -> None:
    place.open("assets")
    place.search.read_picture(QImage.fromData(picture(code)))  # type: ignore[attr-defined]
    place.settle()
    assert place.desk.current_place() == expected


def test_a_code_that_nobody_knows_is_said_and_stands_in_the_box(place: Workplace) -> None:
    place.search.read_picture(QImage.fromData(picture("EAN 4006381333931")))  # type: ignore[attr-defined]
    place.settle()
    assert place.desk.top.search.text() == "EAN 4006381333931"
    assert "Nothing found" in place.search.results.note.text()  # type: ignore[attr-defined]


def test_pictures_without_a_code_and_damaged_ones(place: Workplace, tmp_path: Path) -> None:
    expected = {
        "plain.png": (inspected.picture(300, 200), "No code was found"),
        "cut.png": (picture("S-1")[:400], "damaged"),
        "empty.png": (b"", "empty"),
        "huge.png": (inspected.huge_picture(), "megapixels"),
        "text.txt": (b"S-1 " + b"a" * 32, "damaged"),
    }
    for name, (content, words) in expected.items():
        path = tmp_path / name
        path.write_bytes(content)
        place.search.read_picture(path)  # type: ignore[attr-defined]
        place.settle()
        assert words in place.desk.toast.words(), name
    place.search.read_picture(tmp_path / "gone.png")  # type: ignore[attr-defined]
    place.settle()
    assert "cannot be read" in place.desk.toast.words()
    assert place.desk.current_place() == "orders"


@pytest.mark.parametrize("angle", [0, 17, 90, 180])
def test_a_label_is_read_at_any_angle(angle: int) -> None:
    from PySide6.QtGui import QColor, QTransform

    turned = QImage.fromData(picture("S-1 " + "0" * 32)).transformed(QTransform().rotate(angle))
    ground = QImage(turned.size(), QImage.Format.Format_RGB32)
    ground.fill(QColor("white"))
    painter = QPainter(ground)
    painter.drawImage(0, 0, turned)
    painter.end()
    assert codes_in(ground) == ["S-1 " + "0" * 32]


def test_an_image_of_no_size_is_told() -> None:
    with pytest.raises(FieldDeskError) as caught:
        codes_in(QImage())
    assert caught.value.code == "picture_damaged"
