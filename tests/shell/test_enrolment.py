"""Setting a laptop up through the window: what headquarters answers is what a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fielddesk.core.errors import NetworkProblem
from fielddesk.core.i18n import LANGUAGES, speaking
from fielddesk.features.workorders.actions import add_note
from fielddesk.features.workorders.model import Note
from fielddesk.hq import admin
from fielddesk.shell.enrolment import enrolment_words
from fielddesk.shell.hands import Hands
from fielddesk.shell.window import Window
from fielddesk.store.actions import call
from fielddesk.sync import status
from fielddesk.sync.client import HttpHq
from fielddesk.sync.reading import whole_address
from fielddesk.ui.text import Text
from tests.shell.conftest import Desktop, buttons_of, press, words_of
from tests.support.offices import Office, on
from tests.support.servers import serving

NOT_TAKEN = (
    "Headquarters does not take this code: it is mistyped, used or too old. Ask your service centre for a new one."
)


@contextmanager
def open_office(folder: Path) -> Iterator[tuple[Office, str]]:
    """A headquarters with an engineer, behind a real server, and its address."""
    folder.mkdir()
    office = Office(on("sqlite", folder, lambda: None))
    office.person("ben")
    try:
        with serving(office.hq) as address:
            yield office, address
    finally:
        office.hq.close()


def type_in(window: Window, address: str, code: str) -> Hands:
    """Fill the form as a person does, press its button, and wait for what comes of it."""
    form = window.start_page.form
    form.fields["address"].write(address)
    form.fields["code"].write(code)
    press(window, "Set up this laptop")
    hands = Hands(window.desk)
    hands.until(lambda: window.opened is not None or window.start_page.form is not form, "an answer")
    return hands


def shown(window: Window) -> str:
    return " ".join(text.text() for text in window.start_page.findChildren(Text) if text.isVisible())


def over_http(desktop: Desktop) -> Window:
    window = desktop.window(None, hq=HttpHq)
    press(window, "Set up this laptop")
    return window


def test_a_mistyped_a_used_and_an_old_code_say_that_the_code_is_not_taken_and_a_new_one_opens(
    desktop: Desktop, tmp_path: Path
) -> None:
    with open_office(tmp_path / "hq") as (office, address):
        ben = admin.user_of(office.hq, "ben")
        used, old = admin.enrolment_code(office.hq, ben), admin.enrolment_code(office.hq, ben, 1)
        office.laptop("ben")
        office.hq.enrol({"protocol": 1, "nonce": "n" * 40, "device_name": "other", "code": used})
        office.clock.pass_time(60)  # type: ignore[attr-defined]
        window = over_http(desktop)
        for code in ("0000-0000-0000-0000", used, old):
            type_in(window, address, code)
            assert NOT_TAKEN in shown(window), code
            assert desktop.said[-1] == "code_wrong"
            assert window.start_page.form.fields["code"].text() == code
        hands = type_in(window, address, admin.enrolment_code(office.hq, ben))
        hands.until(lambda: window.opened is not None, f"it opens; it said {desktop.said}")


def test_an_address_without_its_beginning_is_completed(desktop: Desktop, tmp_path: Path) -> None:
    with open_office(tmp_path / "hq") as (office, address):
        window = over_http(desktop)
        code = admin.enrolment_code(office.hq, admin.user_of(office.hq, "ben"))
        hands = type_in(window, address.removeprefix("http://"), code)
        hands.until(lambda: window.opened is not None, f"it opens; it said {desktop.said}")
        assert window.opened is not None
        assert window.opened.header.hq_url == address


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("hq.example.com", "https://hq.example.com"),
        (" hq.example.com:8472/ ", "https://hq.example.com:8472"),
        ("localhost:8472", "http://localhost:8472"),
        ("127.0.0.1:8472", "http://127.0.0.1:8472"),
        ("[::1]:8472", "http://[::1]:8472"),
        ("10.0.0.7", "https://10.0.0.7"),
        ("http://hq.example.com", "http://hq.example.com"),
        ("https://hq.example.com/desk/", "https://hq.example.com/desk"),
        ("", ""),
        ("[", "https://["),
    ],
)
def test_what_a_person_types_as_an_address_becomes_a_whole_one(typed: str, whole: str) -> None:
    assert whole_address(typed) == whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_at_the_form_promises_a_try_that_nobody_makes(language: str) -> None:
    with speaking("en"):
        for code in (*status.OFFLINE, "code_wrong"):
            words = enrolment_words(NetworkProblem(code))
            for promise in ("by itself", "every few minutes", "sync", "is kept", "sent again", "next try"):
                assert promise not in words, (code, words)
    with speaking(language):
        for code in (*status.OFFLINE, "code_wrong"):
            words = enrolment_words(NetworkProblem(code))
            assert f"({code})" not in words
            assert words[-1] in ".。"


def test_a_revoked_laptop_hands_in_its_work_is_locked_also_at_the_next_start_and_opens_with_a_new_code(
    desktop: Desktop, tmp_path: Path
) -> None:
    with open_office(tmp_path / "hq") as (office, address):
        ben = admin.user_of(office.hq, "ben")
        order = office.order(office.customer(), assignee_id=ben)
        window = over_http(desktop)
        hands = type_in(window, address, admin.enrolment_code(office.hq, ben))
        hands.until(lambda: window.opened is not None and window.line is not None, "it opens")
        assert window.opened is not None
        assert window.line is not None
        window.line.sync_now()
        hands.until(lambda: window.line is not None and window.line.status.code == "agreed", "in step")
        [device] = [each.id for each in admin.devices(office.hq) if each.login == "ben"]
        store = window.opened.store
        admin.revoke_device(office.hq, device)
        note = store.do(call(add_note, order_id=order, text="after it was stolen")).op_ids[0]
        window.line.sync_now()
        hands.until(lambda: desktop.said[-1:] == ["laptop_locked"], "it locks")
        assert window.opened is None
        assert words_of(window).startswith("Headquarters has locked this laptop | Nothing was erased")
        assert [one.id for one in admin.waiting_operations(office.hq)] == [note], "held for review"
        window.desk.close()

        desktop.said.clear()
        folder = next((desktop.home / "profiles").iterdir())
        again, hands = desktop.stopped(folder, hq=HttpHq)
        assert desktop.said == ["laptop_locked"]
        assert buttons_of(again) == ["Set up this laptop", "End FieldDesk"]
        press(again, "Set up this laptop")
        assert again.start_page.form.fields["address"].text() == address
        press(again, "Back")
        hands.until(lambda: desktop.said == ["laptop_locked"] * 2, "still locked")
        press(again, "Set up this laptop")
        type_in(again, address, admin.enrolment_code(office.hq, ben))
        hands.until(lambda: again.opened is not None and again.bench is not None, "it opens")
        assert again.opened is not None
        with again.opened.store.read() as read:
            assert [each.text for each in read.all(Note)] == ["after it was stolen"]
