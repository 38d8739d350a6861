"""Every screen: heard by assistive technology, walked through by keyboard alone, and nothing on it cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fielddesk.core import i18n
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.ui import theme
from tests.features.pictures import ROOM, every_scene, furnish_orders, show
from tests.support.benches import Workplace
from tests.support.look import faults
from tests.support.scenes import furnished
from tests.support.tabbing import unreached, walk, without_ring
from tests.support.voices import mute


@pytest.fixture(params=[ENGINEER, DISPATCHER])
def whole(
    request: pytest.FixtureRequest, tmp_path: Path, qapp: QApplication, dressed: theme.Theme
) -> Iterator[Workplace]:
    """The whole window of an engineer, and of a dispatcher."""
    QAccessible.setActive(True)  # as where somebody listens: what is heard keeps up with what is shown
    with furnished(tmp_path, request.param) as place:
        furnish_orders(place.store)
        place.settle()
        yield place
    QAccessible.setActive(False)


@pytest.mark.parametrize("whole", [ENGINEER], indirect=True)
def test_every_place_is_heard_in_every_language(whole: Workplace) -> None:
    """The quick look; the next one goes through every tab and form."""
    found = []
    for place in whole.desk.navigation.places():
        whole.open(place.key)
        for language in i18n.LANGUAGES:
            i18n.set_language(language)
            whole.settle()
            found += [f"{place.key} {language}: {fault}" for fault in mute(whole.desk)]
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_control_of_every_screen_has_a_name_and_a_role(whole: Workplace, language: str) -> None:
    i18n.set_language(language)
    found = []
    for name, scene in every_scene(whole.bench.me.role).items():
        found += [f"{name}: {fault}" for fault in mute(show(whole, scene))]
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.slow
def test_every_control_of_every_screen_is_reached_by_tab_and_shows_that_it_is(whole: Workplace) -> None:
    found: list[str] = []
    known: set[tuple[str, str]] = set()
    for name, scene in every_scene(whole.bench.me.role).items():
        shown = show(whole, scene)
        whole.desk.activateWindow()
        whole.settle()
        found += [f"{name}: {fault}" for fault in unreached(shown)]
        seen = walk(shown)
        assert seen, f"{name}: the keyboard is nowhere"
        found += [f"{name}: {fault}" for fault in without_ring(seen, known)]
    assert not found, "\n".join(dict.fromkeys(found))


LOOKS = [("light", 100), ("dark", 150), ("contrast", 200)]


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_nothing_of_any_screen_is_cut_off(whole: Workplace, language: str, scheme: str, size: int) -> None:
    """Layout hangs on language and size alone, so each scheme comes with one of the sizes."""
    i18n.set_language(language)
    theme.start(QApplication.instance()).choose(scheme, size)  # type: ignore[arg-type]
    whole.desk.resize(*ROOM[size])
    found = []
    for name, scene in every_scene(whole.bench.me.role).items():
        found += [f"{name}: {fault}" for fault in faults(show(whole, scene))]
    assert not found, "\n".join(dict.fromkeys(found))


LEFT_BY_ESCAPE = ("new", "drawing", "incident", "adding", "moving", "report", "labels", "contact", "customer-site")
"""Screens that came up for a while. Only the page in the customer's hands is left by holding its button."""


@pytest.mark.slow
@pytest.mark.parametrize("whole", [ENGINEER], indirect=True)
def test_escape_leaves_what_came_up_for_a_while(whole: Workplace) -> None:
    stay = []
    for name in LEFT_BY_ESCAPE:
        show(whole, every_scene(ENGINEER)[name])
        whole.desk.activateWindow()
        whole.settle()
        before = whole.desk.grab().toImage()
        for _time in range(3):  # the first may take back what is being typed, or close what is offered there
            QTest.keyClick(QApplication.focusWidget() or whole.desk, Qt.Key.Key_Escape)
            whole.settle()
        if whole.desk.grab().toImage() == before:
            stay.append(name)
        held = QApplication.focusWidget()
        assert held is not None, f"{name}: afterwards the keyboard is nowhere"
    assert stay == []
