"""Sync tries again when there is a reason: the network is back, the computer woke up, the person came back."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from fielddesk.core.clock import FixedClock
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq import admin
from fielddesk.shell.waking import Waking, system_network
from fielddesk.shell.window import Window
from tests.shell.conftest import Desktop
from tests.shell.test_enrolment import open_office, over_http, type_in

State = Qt.ApplicationState
Reachability = Enum("Reachability", ["Unknown", "Disconnected", "Local", "Site", "Online"])


class Network(QObject):
    """A system that tells of its network."""

    reachabilityChanged = Signal(object)


def has_come(window: Window, order: str) -> bool:
    assert window.opened is not None
    with window.opened.store.read() as read:
        return read.get(WorkOrder, order) is not None


@pytest.mark.slow
def test_a_person_who_comes_back_to_the_window_has_what_is_new(
    desktop: Desktop, tmp_path: Path, qapp: QApplication
) -> None:
    with open_office(tmp_path / "hq") as (office, address):
        ben = admin.user_of(office.hq, "ben")
        window = over_http(desktop)
        hands = type_in(window, address, admin.enrolment_code(office.hq, ben))
        hands.until(lambda: window.opened is not None and window.line is not None, "it opens")
        line = window.line
        assert line is not None
        line.sync_now()
        hands.until(lambda: line.status.code == "agreed" and not line.status.trying, "in step")
        order = office.order(office.customer(), assignee_id=ben)
        qapp.applicationStateChanged.emit(State.ApplicationInactive)
        clock = window.parts.clock
        assert isinstance(clock, FixedClock)
        clock.pass_time(90)
        qapp.applicationStateChanged.emit(State.ApplicationActive)
        hands.until(lambda: has_come(window, order), "what is new, long before the next planned try")


def test_a_short_look_elsewhere_is_no_reason(qapp: QApplication) -> None:
    clock, woken = FixedClock(), list[int]()
    waking = Waking(lambda: woken.append(1), clock, network=lambda: None)
    for away, times in ((5, 0), (59, 0), (61, 1)):
        qapp.applicationStateChanged.emit(State.ApplicationInactive)
        qapp.applicationStateChanged.emit(State.ApplicationHidden)
        clock.pass_time(away)
        qapp.applicationStateChanged.emit(State.ApplicationActive)
        qapp.applicationStateChanged.emit(State.ApplicationActive)
        assert len(woken) == times, away
    waking.deleteLater()


def test_a_computer_that_slept_is_noticed_by_its_clock(qapp: QApplication) -> None:
    clock, ticks, woken = FixedClock(), [0.0], list[int]()
    waking = Waking(lambda: woken.append(1), clock, network=lambda: None, elapsed=lambda: ticks[0])
    for passed, ticked, times in ((30, 30, 0), (300, 300, 0), (3600, 30, 1), (30, 30, 1), (-3600, 30, 1)):
        clock.pass_time(passed)
        ticks[0] += ticked
        waking.look()
        assert len(woken) == times, (passed, ticked)
    waking.deleteLater()


def test_a_network_that_comes_back_is_a_reason_and_one_that_goes_is_none(qapp: QApplication) -> None:
    network, woken = Network(), list[int]()
    waking = Waking(lambda: woken.append(1), FixedClock(), network=lambda: network)
    waking.listen()
    for said, times in (("Disconnected", 0), ("Unknown", 0), ("Local", 1), ("Disconnected", 1), ("Online", 2)):
        network.reachabilityChanged.emit(Reachability[said])
        assert len(woken) == times, said
    waking.deleteLater()


def test_a_system_that_tells_nothing_of_its_network_is_asked_without_a_word(qapp: QApplication) -> None:
    """What Qt says about a backend it cannot use must not reach the log; pytest-qt fails on any warning of Qt's."""
    network = system_network()
    assert network is None or network.reachability() is not None
    Waking(lambda: None, FixedClock(), network=lambda: None).deleteLater()
