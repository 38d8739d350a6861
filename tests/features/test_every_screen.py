"""Every screen: heard by assistive technology, walked through by keyboard alone, and nothing on it cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from fielddesk.core import i18n
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.ui import theme
from tests.features.pictures import every_scene, furnish_orders, show
from tests.support.benches import Workplace
from tests.support.scenes import furnished
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


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_control_of_every_screen_has_a_name_and_a_role(whole: Workplace, language: str) -> None:
    i18n.set_language(language)
    found = []
    for name, scene in every_scene(whole.bench.me.role).items():
        found += [f"{name}: {fault}" for fault in mute(show(whole, scene))]
    assert not found, "\n".join(dict.fromkeys(found))
