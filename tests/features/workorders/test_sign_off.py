"""The customer is handed the screen, reads, rates, signs, hands it back; nothing of it is lost or else seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.core.errors import RuleBroken
from fielddesk.features.customers.model import Contact
from fielddesk.features.documents.model import Attachment
from fielddesk.features.parts.actions import use_part
from fielddesk.features.workorders.actions import sign_off
from fielddesk.features.workorders.model import SignOff
from fielddesk.features.workorders.panel.sign_off import SignOffPanel
from fielddesk.features.workorders.panel.signing import SigningPage
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft
from fielddesk.ui import cover, theme
from fielddesk.ui.pictures import picture
from fielddesk.ui.signature import SignaturePad
from tests.support import region
from tests.support.benches import Workplace
from tests.support.laptops import kept, some_id
from tests.support.look import IN_EACH_LANGUAGE, faults

ORDER = some_id("WO-A7-2026-1051")
MILLION = 1_000_000


@pytest.fixture(autouse=True)
def short_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is long where each test holds the button."""
    monkeypatch.setattr(cover, "HOLD_MS", 80)


@pytest.fixture
def panel(desk: Workplace, laptop: Store, qtbot: QtBot) -> SignOffPanel:
    laptop.do(call(use_part, order_id=ORDER, part_id=some_id("4S-118"), quantity=2 * MILLION, place_id=region.VAN))
    region.put(
        laptop,
        [
            Contact(
                id=some_id("lin"), rev=1, customer_id=some_id("Harbour Stamping"), name="Lin Wei", position="Foreman",
                language="zh_cn",
            )
        ],
    )  # fmt: skip
    page = desk.open("orders")
    desk.bench.show("work_order", ORDER)
    desk.settle()
    found = page.tabs.choose("sign_off")
    desk.settle()
    desk.desk.activateWindow()
    qtbot.waitUntil(desk.desk.isActiveWindow)
    return found


def handed(desk: Workplace, panel: SignOffPanel) -> SigningPage:
    panel.hand_over.click()
    desk.settle()
    assert panel.signing is not None
    return panel.signing


def sign(page: SigningPage, qtbot: QtBot) -> None:
    pad = page.pad
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(pad.width() // 2 - 90, 60))
    for step in range(1, 12):
        qtbot.mouseMove(pad, QPoint(pad.width() // 2 - 90 + 15 * step, 60 + 40 * (step % 2)))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(pad.width() // 2 + 90, 60))


def texts(page: SigningPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def hold(button, desk: Workplace, qtbot: QtBot, panel: SignOffPanel) -> None:
    qtbot.keyPress(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: panel.signing is None, timeout=5000)
    desk.settle()


def test_a_customer_reads_rates_signs_and_hands_the_screen_back(
    desk: Workplace, laptop: Store, panel: SignOffPanel, qtbot: QtBot
):
    qtbot.keyClicks(panel.done.editor, "Bearing of axis 3 replaced")
    page = handed(desk, panel)
    assert "Bearing of axis 3 replaced" in texts(page)
    assert "2 sets × Seal kit (4S-118)" in texts(page)
    assert "Played with the brake" not in texts(page)  # notes are for colleagues
    assert faults(page) == []
    page.satisfaction.buttons[4].click()
    page.recommendation.buttons[9].click()
    qtbot.keyClicks(page.words.fields["comment"].editor, "Quick work")
    qtbot.keyClicks(page.name.fields["signer"].editor, "M. Sørensen")
    sign(page, qtbot)
    page.finish.click()
    desk.settle()
    assert kept(laptop, SignOff) != []
    assert faults(page) == []
    hold(page.hand_back, desk, qtbot, panel)
    [row] = kept(laptop, SignOff)
    [signature] = kept(laptop, Attachment)
    assert (row.signer, row.satisfaction, row.recommendation, row.comment) == ("M. Sørensen", 4, 9, "Quick work")
    assert row.shown == "What was done\nBearing of axis 3 replaced\n\nParts used\n2 sets × Seal kit (4S-118)"
    assert (signature.kind, signature.sha256) == ("signature", row.signature)
    assert laptop.blobs is not None
    drawn = picture(laptop.blobs.read_bytes(row.signature))
    assert any(drawn.pixelColor(x, y).lightness() < 60 for x in range(0, 1200, 3) for y in range(0, 400, 3))
    with laptop.read() as read:
        assert read.all(Draft) == []
    assert desk.desk.stack.isEnabled()
    assert panel.signed.isVisible()
    assert faults(desk.desk) == []


def test_a_signature_left_empty_and_one_dot_are_refused_in_words(
    desk: Workplace, laptop: Store, panel: SignOffPanel, qtbot: QtBot
):
    page = handed(desk, panel)
    page.finish.click()
    assert page.trouble.words() == "Please sign in the box, or say why you do not sign."
    assert page.pad.hasFocus()
    qtbot.mouseClick(page.pad, Qt.MouseButton.LeftButton, pos=QPoint(100, 60))
    page.finish.click()
    assert page.trouble.words() == "Please sign in the box, or say why you do not sign."
    sign(page, qtbot)
    page.finish.click()
    assert page.trouble.words() == "Type your name first."
    assert faults(page) == []
    page.not_signing.click()
    assert page.pad.is_empty()
    page.finish.click()
    assert page.trouble.words() == "Please sign in the box, or say why you do not sign."
    qtbot.keyClicks(page.why.fields["reason"].editor, "The press still leaks")
    page.finish.click()
    desk.settle()
    [row] = kept(laptop, SignOff)
    assert (row.signature, row.not_signed_because, row.satisfaction) == ("", "The press still leaks", 0)
    hold(page.hand_back, desk, qtbot, panel)


def test_a_name_is_typed_where_a_hand_cannot_draw(desk: Workplace, laptop: Store, panel: SignOffPanel, qtbot: QtBot):
    page = handed(desk, panel)
    qtbot.keyClicks(page.name.fields["signer"].editor, "Ada Okafor")
    qtbot.keyClick(page.type_it, Qt.Key.Key_Space)
    assert page.pad.is_typed()
    page.finish.click()
    desk.settle()
    [row] = kept(laptop, SignOff)
    assert row.signature
    hold(page.hand_back, desk, qtbot, panel)


def test_nothing_of_the_window_is_reached_in_the_hands_of_a_customer(
    desk: Workplace, laptop: Store, panel: SignOffPanel, qtbot: QtBot
):
    page = handed(desk, panel)
    asked: list[str] = []
    desk.desk.commands_asked.connect(lambda: asked.append("commands"))
    desk.desk.undo_asked.connect(lambda: asked.append("undo"))
    at = page.satisfaction.buttons[1]
    control = Qt.KeyboardModifier.ControlModifier
    for key in (Qt.Key.Key_K, Qt.Key.Key_Z, Qt.Key.Key_F, Qt.Key.Key_Tab):
        qtbot.keyClick(at, key, control)
    qtbot.keyClick(at, Qt.Key.Key_F6)
    qtbot.keyClick(at, Qt.Key.Key_Escape)
    assert asked == []
    assert page.is_up()
    for _step in range(40):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert page.isAncestorOf(QApplication.focusWidget())
    desk.bench.toast("Customer X owes us", lambda: None)
    desk.settle()
    assert desk.desk.childAt(desk.desk.toast.geometry().center()) is not desk.desk.toast
    assert not desk.desk.close()
    qtbot.mouseClick(page.back, Qt.MouseButton.LeftButton)  # pressed, and let go at once
    assert page.is_up()
    hold(page.back, desk, qtbot, panel)


def test_what_is_dropped_on_the_page_does_not_reach_the_window_behind_it(
    desk: Workplace, panel: SignOffPanel, qtbot: QtBot, tmp_path: Path
):
    desk.desk.takes_file = lambda _path: True
    page = handed(desk, panel)
    dropped: list[Path] = []
    desk.desk.dropped.connect(dropped.append)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "customers.csv"))])
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    kinds = (QEvent.Type.DragEnter, QEvent.Type.Drop)
    entering, letting_go = (
        QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, button, none, kind) for kind in kinds
    )
    entering.ignore()
    for event in (entering, letting_go):
        QApplication.sendEvent(desk.desk, event)
    desk.settle()
    assert not entering.isAccepted()
    assert dropped == []
    assert page.is_up()
    hold(page.back, desk, qtbot, panel)
    for event in (entering, letting_go):
        QApplication.sendEvent(desk.desk, event)
    assert dropped == [tmp_path / "customers.csv"]


def test_a_notice_that_comes_meanwhile_is_not_said_aloud_to_a_customer(
    desk: Workplace, panel: SignOffPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    page = handed(desk, panel)
    said: list[str] = []
    monkeypatch.setattr(theme, "announce", lambda _widget, words: said.append(words))
    desk.bench.toast("Customer X owes us")
    assert said == []
    hold(page.back, desk, qtbot, panel)
    desk.bench.toast("Saved")
    assert said == ["Saved"]


def test_what_was_said_survives_until_it_is_signed(desk: Workplace, laptop: Store, panel: SignOffPanel, qtbot: QtBot):
    page = handed(desk, panel)
    page.satisfaction.buttons[2].click()
    page.recommendation.buttons[0].click()
    page.recommendation.buttons[0].click()  # taken back
    page.recommendation.buttons[3].click()
    qtbot.keyClicks(page.words.fields["comment"].editor, "Came late")
    qtbot.waitUntil(lambda: "Came late" in (page._draft or ""), timeout=2000)
    desk.settle()
    with laptop.read() as read:
        assert [draft.name for draft in read.all(Draft)] == ["sign_off.said"]
    hold(page.back, desk, qtbot, panel)
    again = handed(desk, panel)
    assert again.said() == {"satisfaction": 2, "recommendation": 3, "comment": "Came late"}
    hold(again.back, desk, qtbot, panel)


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
def test_the_page_speaks_the_customers_language_and_the_window_its_own_again(
    desk: Workplace, laptop: Store, panel: SignOffPanel, qtbot: QtBot, language: str
):
    panel.contact.start(some_id("lin"))
    panel.language.start(language)
    page = handed(desk, panel)
    assert i18n.language() == language
    assert page.name.fields["signer"].text() == "Lin Wei"
    assert faults(page) == []
    hold(page.back, desk, qtbot, panel)
    assert i18n.language() == "en"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "signature_missing"),
        ({"signature": "a" * 64}, "signer_missing"),
        ({"not_signed_because": "no", "satisfaction": 6}, "satisfaction_unknown"),
        ({"not_signed_because": "no", "recommendation": 11}, "recommendation_unknown"),
    ],
)
def test_the_action_refuses_what_the_page_refuses(laptop: Store, values: dict, code: str):
    with pytest.raises(RuleBroken) as refused:
        laptop.do(call(sign_off, order_id=ORDER, **values))
    assert refused.value.code == code


def test_a_pen_signs_with_its_pressure(qtbot: QtBot, dressed: theme.Theme):
    pad = SignaturePad("Signature")
    qtbot.addWidget(pad)
    pad.resize(600, 180)
    pad.show()
    kinds = QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * 8, QEvent.Type.TabletRelease
    for step, kind in enumerate(kinds):
        at = QPointF(100 + 30 * step, 90 + 20 * (step % 2))
        down = Qt.MouseButton.LeftButton if kind != QEvent.Type.TabletRelease else Qt.MouseButton.NoButton
        QApplication.sendEvent(
            pad,
            QTabletEvent(
                kind, QPointingDevice.primaryPointingDevice(), at, at, 0.1 * step, 0, 0, 0, 0, 0,
                Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, down,
            ),
        )  # fmt: skip
    assert not pad.is_empty()
    assert not pad.is_typed()
    widths = {round(point[2], 1) for stroke in pad._strokes for point in stroke}
    assert len(widths) > 5
    pad.clear()
    assert pad.is_empty()
