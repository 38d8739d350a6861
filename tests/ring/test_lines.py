"""Hotels, strangers, cut and noisy lines before headquarters: offline in the right words, and nothing touched."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.ring.laptop import Laptop
from tests.ring.places import Site, agree
from tests.ring.wire import DOWN, UP, Line, Relay, answering, cut_at, flip_at, half, page
from tests.support.wires import Asked, reply

pytestmark = pytest.mark.slow

NewLaptop = Callable[..., Laptop]

LOGIN = "<html><title>Hotel Aurora</title><form action=/login>Room number and name</form></html>"
STRANGERS = {
    "a login page instead of an answer": (page(LOGIN), "captive_portal"),
    "a way to a login page": (page("", "302 Found", Location="http://login.example/"), "captive_portal"),
    "network authentication required": (page(LOGIN, "511 Network Authentication Required"), "captive_portal"),
    "a foreign 401": (page("", "401 Unauthorized", WWW_Authenticate='Basic realm="proxy"'), "captive_portal"),
    "another service": (reply({"hello": "world"}, kind="application/json"), "not_headquarters"),
    "nothing but a greeting": (b"SSH-2.0-OpenSSH_9.2\r\n", "cut_off"),
}


def write(laptop: Laptop, *words: str) -> list[str]:
    """Notes on the first order; their operations."""
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"]
    return [str(laptop.do("add_note", order_id=order, text=each)[0]) for each in words]


def untouched(before: dict[str, str], after: dict[str, str], *but: str) -> None:
    assert {name for name in before if before[name] != after[name]} <= set(but)
    assert before.keys() == after.keys()


def finished(site: Site, laptop: Laptop, *words: str, login: str = "engineer") -> None:
    """Nothing is in the way any more: all of it arrives, once, and both sides agree."""
    status = laptop.sync()
    assert (status["code"], status["waiting"], status["needs_person"]) == ("agreed", 0, 0)
    texts = [note["text"] for note in site.rows("note")]
    assert {each: texts.count(each) for each in words} == dict.fromkeys(words, 1)
    agree(site, **{login: laptop})


def says(raw: bytes) -> Callable[[socket.socket, Asked], None]:
    def behave(line: socket.socket, asked: Asked) -> None:
        line.sendall(raw)

    return behave


def test_what_answers_in_place_of_headquarters_is_named_and_touches_neither_token_nor_queue_nor_rows(
    site_on_sqlite: Site, new_laptop: NewLaptop
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    words = ["one", "two", "three"]
    write(laptop, *words)
    before, token = laptop.dump(), laptop.key_store.path.read_bytes()
    for what, (raw, code) in STRANGERS.items():
        with answering(says(raw)) as stranger:
            status = laptop.sync(stranger.address)
            assert (status["code"], status["problem"], status["waiting"]) == ("offline", code, 3), what
            assert {asked.path for asked in stranger.asked} == {"/v1/hello"}
        untouched(before, laptop.dump())
        assert laptop.key_store.path.read_bytes() == token
    finished(site, laptop, *words)


@pytest.mark.parametrize("kind", ["push", "pull"])
def test_a_network_that_wants_a_sign_in_in_the_middle_of_a_sync_touches_nothing(
    site_on_sqlite: Site, new_laptop: NewLaptop, kind: str
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    write(laptop, "one")
    before = laptop.dump()
    relay = Relay(site.address, lambda asked, _question, words: page(LOGIN) if asked == kind else words)
    with answering(relay) as hotel:
        status = laptop.sync(hotel.address)
        assert (status["code"], status["problem"]) == ("offline", "captive_portal")
    # What may have left is remembered, and what headquarters said before; no row changes and nothing leaves the queue.
    untouched(before, laptop.dump(), "local_setting", *(["own_operation", "receipt"] if kind == "pull" else []))
    assert len(laptop.rows("note", text="one")) == 1
    finished(site, laptop, "one")


def test_another_headquarters_at_the_same_address_is_refused_and_a_person_is_asked(
    new_hq: Callable[..., Site], new_laptop: NewLaptop, foreign_hq: Site
) -> None:
    site = new_hq("sqlite")
    site.serve()
    laptop = new_laptop("engineer", site)
    write(laptop, "for our own headquarters only")
    before = laptop.dump()
    site.stop()
    foreign_hq.port = site.port
    foreign_hq.serve()
    status = laptop.sync()
    assert (status["code"], status["problem"], status["waiting"]) == ("blocked", "wrong_hq", 1)
    untouched(before, laptop.dump())
    assert foreign_hq.outcomes() == {}
    foreign_hq.stop()
    site.serve()
    finished(site, laptop, "for our own headquarters only")


FALSE = {
    "a wrong nonce": lambda words: words | {"nonce": "0" * 40},
    "no nonce": lambda words: {name: value for name, value in words.items() if name != "nonce"},
    "another incarnation": lambda words: words | {"incarnation": "someone else"},
    "another page": lambda words: words | ({"from": words["from"] + 1} if "from" in words else {"nonce": ""}),
    "half of it": half,
    "doubled names": lambda words: reply(b'{"nonce":1,"nonce":2}'),
    "a number that is none": lambda words: reply(b'{"nonce":NaN}'),
    "nothing": lambda words: b"",
}


@pytest.mark.parametrize("kind", ["hello", "push", "pull"])
def test_an_answer_that_does_not_belong_to_the_question_is_not_used(
    site_on_sqlite: Site, new_laptop: NewLaptop, kind: str
) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    said = []
    for what, false in FALSE.items():
        said += [what]
        write(laptop, what)
        before = laptop.dump()

        def change(asked: str, _question: Any, words: dict[str, Any], false: Any = false) -> Any:
            return false(words) if asked == kind else words

        with answering(Relay(site.address, change)) as liar:
            status = laptop.sync(liar.address)
        assert status["code"] == "offline", what
        assert status["problem"] in ("bad_answer", "cut_off", "not_headquarters"), what
        if kind == "pull":  # the push before it was answered truly
            untouched(before, laptop.dump(), "local_setting", "own_operation", "receipt")
        else:
            untouched(before, laptop.dump(), "local_setting")
    finished(site, laptop, *said)


def test_an_answer_that_is_lost_is_asked_for_again_and_the_operation_is_applied_once(
    site: Site, new_laptop: NewLaptop
) -> None:
    laptop = new_laptop("engineer", site)
    write(laptop, "answered, but nobody heard")
    with answering(Relay(site.address, lambda kind, _question, words: None if kind == "push" else words)) as deaf:
        status = laptop.sync(deaf.address)
        assert (status["code"], status["problem"], status["waiting"]) == ("offline", "cut_off", 1)
    assert list(site.outcomes("add_note").values()) == ["applied"]
    finished(site, laptop, "answered, but nobody heard")


def test_the_same_push_twice_at_once_is_applied_once_and_both_get_the_same_outcomes(
    site: Site, new_laptop: NewLaptop
) -> None:
    import threading

    laptop = new_laptop("engineer", site)
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"]
    van = laptop.rows("place", keeper_id=laptop.who()["user"])[0]["id"]
    part = laptop.rows("part", number="4S-118")[0]["id"]
    before = site.stock(van, part)
    for _ in range(20):
        laptop.do("use_part", order_id=order, part_id=part, quantity=1_000_000, place_id=van)
    relay = Relay(site.address, lambda _kind, _question, words: words)

    def twice(line: socket.socket, asked: Asked) -> bool:
        if not asked.path.endswith("push"):
            return relay(line, asked)
        together = [threading.Thread(target=relay.ask, args=(asked,)) for _ in range(3)]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join(30)
        return relay(line, asked)

    with answering(twice) as doubled:
        assert laptop.sync(doubled.address)["code"] == "agreed"
    pushes = [words for kind, status, words in relay.answers if kind == "push" and status == 200]
    assert len(pushes) == 4
    assert len({repr(sorted(words.items())) for words in pushes}) == 1
    assert site.stock(van, part) == before - 20_000_000
    finished(site, laptop)


def test_a_page_that_comes_late_again_is_not_taken_twice(site_on_sqlite: Site, new_laptop: NewLaptop) -> None:
    site = site_on_sqlite
    laptop = new_laptop("engineer", site)
    kept: list[dict[str, Any]] = []

    def older(kind: str, question: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
        if kind != "pull":
            return words
        kept.append(words)
        return kept[0] | {"nonce": question["nonce"]}  # even if somebody could make it look asked for

    with answering(Relay(site.address, older)) as slow:
        write(laptop, "one")
        assert laptop.sync(slow.address)["code"] == "agreed"
        cursor = laptop.facts()["cursor"]
        write(laptop, "two")
        assert laptop.sync(slow.address)["problem"] == "bad_answer"
    assert laptop.facts()["cursor"] == cursor
    finished(site, laptop, "one", "two")


# ---------------------------------------------------------------- cut, and noisy


def prose(number: int, size: int = 12_000) -> str:
    """A note that no packing makes small."""
    from random import Random

    draw = Random(number)
    return f"{number}: " + "".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(size // 3))


STEP = 3 * 1024
AT_A_HARM = [
    ("agreed", None), *(("offline", code) for code in ("cut_off", "bad_answer", "not_headquarters", "refused")),
]  # fmt: skip


@pytest.mark.parametrize("harm", [cut_at, flip_at], ids=["cut", "a bit flipped"])
@pytest.mark.parametrize("way", [UP, DOWN], ids=["on the way up", "on the way down"])
def test_a_line_harmed_at_any_kilobyte_brings_whole_operations_or_nothing(
    site_on_sqlite: Site, new_laptop: NewLaptop, way: str, harm: Any
) -> None:
    site = site_on_sqlite
    laptop, colleague = new_laptop("engineer", site), new_laptop("dispatcher", site)
    sender, receiver = (laptop, colleague) if way == UP else (colleague, laptop)
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"]
    words: list[str] = []

    def write_three() -> None:
        for _ in range(3):
            words.append(prose(len(words)))
            sender.do("add_note", order_id=order, text=words[-1])
        if way == DOWN:
            assert sender.sync()["code"] == "agreed"

    write_three()
    with Line(site.address, way) as line:
        assert laptop.sync(line.address)["code"] == "agreed"
    places = range(700, line.passed[way], STEP)
    assert len(places) > 8
    harmed = 0
    for place in places:
        assert receiver.sync()["code"] == "agreed"
        write_three()
        with Line(site.address, way, harm(place)) as line:
            status = laptop.sync(line.address)
        assert (status["code"], status["problem"]) in AT_A_HARM, (place, status)
        harmed += status["code"] != "agreed"
        texts = [note["text"] for note in site.rows("note")]
        assert all(text in words or len(text) < 200 for text in texts), place
        status = laptop.sync()
        assert (status["code"], status["waiting"], status["needs_person"]) == ("agreed", 0, 0), place
    assert harmed >= len(places) - 2  # the last one or two may lie behind what this sync needed
    finished(site, laptop, *words)
    receiver.sync()
    agree(site, engineer=laptop, dispatcher=colleague)


@pytest.mark.parametrize("way", [UP, DOWN], ids=["on the way up", "on the way down"])
def test_a_bit_flipped_anywhere_in_a_short_sync_changes_no_word(
    site_on_sqlite: Site, new_laptop: NewLaptop, way: str
) -> None:
    site = site_on_sqlite
    laptop, colleague = new_laptop("engineer", site), new_laptop("dispatcher", site)
    order = laptop.rows("work_order", assignee_id=laptop.who()["user"], status="assigned", kind="repair")[0]["id"]
    sender = laptop if way == UP else colleague
    sender.do("add_note", order_id=order, text="Seal drips, note 0000")
    if way == DOWN:
        sender.sync()
    with Line(site.address, way) as line:
        laptop.sync(line.address)
    for place in range(0, line.passed[way], 61):
        sender.do("add_note", order_id=order, text=f"Seal drips, note {place:04}")
        if way == DOWN:
            assert sender.sync()["code"] == "agreed"
        with Line(site.address, way, flip_at(place)) as line:
            laptop.sync(line.address)
        assert laptop.sync()["code"] == "agreed", place
        agree(site, engineer=laptop)


@pytest.mark.parametrize("harm", [cut_at, flip_at], ids=["cut", "a bit flipped"])
def test_a_first_sync_harmed_at_any_kilobyte_goes_on_where_it_was(
    new_hq: Callable[..., Site], new_laptop: NewLaptop, harm: Any
) -> None:
    site = new_hq("sqlite")
    for start in range(0, 3000, 200):
        lines = [
            {"number": f"N-{number:06}", "names": f'{{"en":"Part {number * 7919 % 9973}"}}', "category": "",
             "unit": "piece", "replaced_by": None}
            for number in range(start, start + 200)
        ]  # fmt: skip
        site.do("import_parts", lines=lines)
    site.serve()
    place, met = 300, 0
    while True:
        laptop = new_laptop()
        laptop.enrol(site.address, site.code("engineer"))
        with Line(site.address, DOWN, harm(place)) as line:
            status = laptop.sync(line.address)
            assert status["code"] in ("offline", "agreed"), (place, status)
            met += status["code"] == "offline"
        assert laptop.sync()["code"] == "agreed", place
        agree(site, engineer=laptop)
        laptop.stop()
        if line.passed[DOWN] < place:
            break
        place += 16 * 1024
    assert met > 3
