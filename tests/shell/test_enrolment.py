"""Setting a laptop up through the window: what headquarters answers is what a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fielddesk.core.errors import NetworkProblem
from fielddesk.core.i18n import LANGUAGES, speaking
from fielddesk.hq import admin
from fielddesk.shell.enrolment import enrolment_words
from fielddesk.shell.hands import Hands
from fielddesk.shell.window import Window
from fielddesk.sync import status
from fielddesk.sync.client import HttpHq
from fielddesk.sync.reading import whole_address
from fielddesk.ui.text import Text
from tests.shell.conftest import Desktop, press
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
