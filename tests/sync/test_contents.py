"""Contents of photos and files travel behind the rows: real stores, real HTTP, a headquarters in this process."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import NetworkProblem
from fielddesk.features.workorders.actions import add_note
from fielddesk.hq import admin
from fielddesk.store.actions import call
from fielddesk.store.contents import Content, Receipt, want
from fielddesk.store.vault import Vault
from fielddesk.sync.client import HttpHq
from fielddesk.sync.contents import LaptopContents
from fielddesk.sync.status import Status
from tests.ring.laptop import Laptop
from tests.support.disks import FailingDisk
from tests.support.offices import Office, on
from tests.support.photos import photos_known, pixels, put_photo
from tests.support.servers import serving

Sent = tuple[str, str]


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Watched(HttpHq):
    """The real line; `went` tells what went over it in order, `before` may break it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.went: list[Sent] = []
        self.before: Callable[[str, int], None] = lambda what, count: None

    def _note(self, what: str, about: str = "") -> None:
        self.went.append((what, about))
        self.before(what, sum(each[0] == what for each in self.went))

    def push(self, request: Any) -> Any:
        self._note("push")
        return super().push(request)

    def pull(self, request: Any) -> Any:
        self._note("pull")
        return super().pull(request)

    def contents(self, request: Any) -> Any:
        self._note("contents")
        return super().contents(request)

    def create_upload(self, bearer: Any, sha256: str, size: int) -> str:
        self._note("create", sha256)
        return super().create_upload(bearer, sha256, size)

    def upload_offset(self, bearer: Any, upload: str) -> int:
        at = super().upload_offset(bearer, upload)
        self._note("offset", str(at))
        return at

    def send_piece(self, bearer: Any, upload: str, offset: int, piece: bytes) -> int:
        self._note("piece", str(offset))
        return super().send_piece(bearer, upload, offset, piece)

    def fetch_piece(self, bearer: Any, sha256: str, offset: int, most: int) -> Any:
        self._note("fetch", f"{sha256}@{offset}")
        return super().fetch_piece(bearer, sha256, offset, most)

    def fetched(self) -> list[str]:
        """Hashes in the order in which they were fetched."""
        return list(dict.fromkeys(about.partition("@")[0] for what, about in self.went if what == "fetch"))


class Place:
    """An office that serves, with laptops of Anna and Ben."""

    def __init__(self, office: Office, address: str, folder: Path) -> None:
        self.office, self.address, self.folder = office, address, folder
        self.laptops: list[Laptop] = []

    def laptop(self, login: str) -> Laptop:
        lines: list[Watched] = []

        def line(address: str, token: str | None) -> Watched:
            lines.append(Watched(address, token))
            lines[-1].before = laptop.before  # type: ignore[attr-defined]
            return lines[-1]

        laptop = Laptop(self.folder / f"{login}{len(self.laptops)}", self.office.clock, line=line)
        laptop.before = lambda what, count: None  # type: ignore[attr-defined]
        laptop.lines = lines  # type: ignore[attr-defined]
        laptop.enrol(self.address, admin.enrolment_code(self.office.hq, admin.user_of(self.office.hq, login)))
        self.laptops.append(laptop)
        return laptop

    def order(self, login: str) -> str:
        user = admin.user_of(self.office.hq, login)
        return self.office.order(self.office.customer(), assignee_id=user)

    def has(self, sha256: str) -> bool:
        assert self.office.hq.files is not None
        return self.office.hq.files.blobs.has(sha256)

    def give(self, content: bytes) -> str:
        """A content that headquarters has."""
        assert self.office.hq.files is not None
        return self.office.hq.files.keep(content).sha256


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with photos_known():
        hq = on("sqlite", tmp_path, lambda: None, clock=FixedClock())
        office = Office(hq)
        office.person("anna")
        office.person("ben")
        with serving(hq, silence_s=1.0) as address:
            made = Place(office, address, tmp_path)
            yield made
            for laptop in made.laptops:
                laptop.stop()
        hq.close()


def synced(laptop: Laptop) -> Watched:
    """One round until sync rests; the line it went over."""
    status = laptop.sync()
    assert status["code"] in ("agreed", "waiting"), status
    return laptop.lines[-1]  # type: ignore[attr-defined]


def photo(laptop: Laptop, order: str, content: bytes, thumbnail: bytes = b"") -> str:
    """Take a photo as a screen does: contents first, then the fact."""
    assert laptop.store.blobs is not None
    blob = laptop.store.blobs.keep(content)
    small = laptop.store.blobs.keep(thumbnail) if thumbnail else None
    laptop.store.do(
        call(
            put_photo, order_id=order, sha256=blob.sha256, size=blob.size, thumbnail=small.sha256 if small else "",
            thumbnail_size=small.size if small else 0,
        )
    )  # fmt: skip
    return blob.sha256


def content_of(laptop: Laptop, sha256: str) -> Content:
    with laptop.store.read() as read:
        found = read.get(Content, sha256)
    assert found is not None
    return found


def seen(laptop: Laptop, sha256: str) -> bytes:
    assert laptop.store.blobs is not None
    return laptop.store.blobs.read_bytes(sha256)


def breaks_at(what: str, number: int, problem: str = "cut_off") -> Callable[[str, int], None]:
    def before(now: str, count: int) -> None:
        if now == what and count == number:
            raise NetworkProblem(problem)

    return before


def later(place: Place, seconds: int = 3600) -> None:
    place.office.clock.at += seconds * 1_000_000


# ---------------------------------------------------------------- the way


def test_a_photo_goes_up_behind_its_row_and_comes_down_on_the_dispatchers_laptop(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    picture, small = pixels(1, 700_000), pixels(2, 9_000)
    sha256 = photo(anna, order, picture, small)
    went = [what for what, _ in synced(anna).went]
    assert went.index("push") < went.index("pull") < went.index("contents") < went.index("create")
    assert place.has(sha256)
    assert place.has(sha(small))
    assert content_of(anna, sha256).state == content_of(anna, sha(small)).state == "safe"
    dora = place.laptop("dispatcher")
    line = synced(dora)
    assert seen(dora, sha256) == picture
    assert seen(dora, sha(small)) == small
    went = [what for what, _ in line.went]
    assert went.index("pull") < went.index("fetch"), "rows before contents"
    assert [what for what, _ in synced(dora).went] == ["pull"], "nothing is asked twice"


def test_small_ones_go_first_up_and_down(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    smalls = [sha(pixels(10 + n, 3_000)) for n in range(3)]
    bigs = []
    for n in range(3):
        later(place, 1)
        bigs.append(photo(anna, order, pixels(n, 40_000), pixels(10 + n, 3_000)))
    created = [about for what, about in synced(anna).went if what == "create"]
    assert set(created[:3]) == set(smalls)
    assert created[3:] == bigs, "in the order they were taken"
    dora = place.laptop("dispatcher")
    fetched = synced(dora).fetched()
    assert set(fetched[:3]) == set(smalls)
    assert fetched[3:] == bigs[::-1], "the newest first"


def test_what_belongs_to_an_open_order_of_ones_own_comes_before_the_rest(place: Place) -> None:
    near = place.order("anna")
    finished = place.order("anna")
    contents = {name: place.give(pixels(seed, 5_000)) for seed, name in enumerate(("near", "rest1", "rest2"))}
    place.office.do(put_photo, order_id=near, sha256=contents["near"], size=5_000)
    for name in ("rest1", "rest2"):
        later(place, 1)
        place.office.do(put_photo, order_id=finished, sha256=contents[name], size=5_000)
    for status in ("in_progress", "completed"):
        place.office.do(
            "set_order_status", order_id=finished, status=status, unasked=1,
            based_on={"status": place.office.row("work_order", finished)["status"], "status_reason": ""},
        )  # fmt: skip
    assert synced(place.laptop("anna")).fetched() == [contents["near"], contents["rest2"], contents["rest1"]]


def test_beyond_its_share_of_the_disk_the_rest_is_fetched_when_somebody_looks(place: Place) -> None:
    order = place.order("ben")
    contents = [pixels(seed, 10_000) for seed in range(4)]
    for content in contents:
        later(place, 1)
        place.office.do(put_photo, order_id=order, sha256=place.give(content), size=len(content))
    dora = place.laptop("dispatcher")
    hq = Watched(place.address, dora.token)
    carrier = LaptopContents(dora.store, hq, rest_share=25_000)
    synced_rows(dora, carrier, hq)
    assert hq.fetched() == [sha(contents[3]), sha(contents[2])]
    assert dora.store.blobs is not None
    wanted = sha(contents[0])
    assert dora.store.write(lambda connection: want(connection, wanted, dora.store.blobs))  # type: ignore[arg-type]
    synced_rows(dora, carrier, hq)
    assert seen(dora, wanted) == contents[0]
    assert not dora.store.blobs.has(sha(contents[1]))
    assert not dora.store.write(lambda connection: want(connection, wanted, dora.store.blobs))  # type: ignore[arg-type]
    carrier.close()
    hq.close()


def synced_rows(laptop: Laptop, carrier: LaptopContents, hq: HttpHq) -> Status:
    from random import Random

    from fielddesk.sync.apply import LaptopSync
    from fielddesk.sync.driver import Driver

    return Driver(LaptopSync(laptop.store), hq, laptop.clock, Random(1), contents=carrier).run_until_rest()


def test_new_rows_go_between_two_pieces(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    photo(anna, order, pixels(1, 3_000_000))

    def note(what: str, count: int) -> None:
        if (what, count) == ("piece", 2):
            anna.store.do(call(add_note, order_id=order, text="Typed while the photo travels"))
            driver.local_work(1)

    hq = Watched(place.address, anna.token)
    hq.before = note
    driver = anna._driver(hq)
    driver.run_until_rest()
    driver.close()
    hq.close()
    went = [what for what, _ in hq.went if what in ("push", "piece")]
    assert went[:4] == ["push", "piece", "piece", "push"]
    assert went[-1] == "piece"
    assert any(row["text"].startswith("Typed") for key, row in place.office.rows().items() if key[0] == "note")


# ---------------------------------------------------------------- cut, killed, resumed


def test_an_upload_that_was_cut_goes_on_at_its_place(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    sha256 = photo(anna, order, pixels(1, 2_000_000))
    anna.before = breaks_at("piece", 3)  # type: ignore[attr-defined]
    assert anna.sync()["code"] == "offline"
    there = content_of(anna, sha256).arrived
    assert there == 256 * 1024 + 512 * 1024
    anna.stop()
    anna.start()
    anna.before = lambda what, count: None  # type: ignore[attr-defined]
    line = synced(anna)
    assert [about for what, about in line.went if what in ("offset", "piece")][:2] == [str(there), str(there)]
    assert not [what for what, _ in line.went if what == "create"]
    assert place.has(sha256)


def test_a_download_that_was_cut_goes_on_at_its_place_a_month_later(place: Place) -> None:
    order = place.order("anna")
    picture = pixels(1, 2_000_000)
    sha256 = place.give(picture)
    place.office.do(put_photo, order_id=order, sha256=sha256, size=len(picture))
    anna = place.laptop("anna")
    anna.before = breaks_at("fetch", 3)  # type: ignore[attr-defined]
    assert anna.sync()["code"] == "offline"
    at = content_of(anna, sha256).arrived
    assert at > 0
    anna.stop()
    later(place, 31 * 86_400)
    anna.before = lambda what, count: None  # type: ignore[attr-defined]
    anna.start()
    assert synced(anna).went[-3:][0][1].startswith(f"{sha256}@")
    first = next(about for what, about in anna.lines[-1].went if what == "fetch")  # type: ignore[attr-defined]
    assert first == f"{sha256}@{at}"
    assert seen(anna, sha256) == picture


def test_a_line_that_only_contents_break_does_not_hold_up_the_rows(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    photo(anna, order, pixels(1, 50_000))
    hq = Watched(place.address, anna.token)

    def breaks(what: str, _count: int) -> None:
        if what == "create":
            raise NetworkProblem("cut_off")

    hq.before = breaks
    driver = anna._driver(hq)
    driver.run_until_rest()
    held = driver.state.files_held_until
    for number in range(5):
        anna.store.do(call(add_note, order_id=order, text=f"note {number}"))
        assert driver.timer is not None
        driver.elapsed = lambda at=driver.timer: at  # type: ignore[misc]
        driver.run_until_rest()
    assert driver.state.files_held_until > held
    notes = [row for key, row in place.office.rows().items() if key[0] == "note"]
    assert len(notes) == 5
    creates = [what for what, _ in hq.went if what == "create"]
    assert len(creates) <= 6
    driver.close()
    hq.close()


# ---------------------------------------------------------------- what cannot travel


def test_a_photo_that_went_from_the_disk_is_told_and_never_tried_again(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    gone, sound = photo(anna, order, pixels(1, 5_000)), photo(anna, order, pixels(2, 5_000))
    assert anna.store.blobs is not None
    anna.store.blobs.remove(gone)
    anna.before = lambda what, count: None  # type: ignore[attr-defined]
    status = anna.sync()
    assert place.has(sound)
    # It was gone before sync looked the first time, so headquarters is asked for it: and has none.
    assert content_of(anna, gone).problem == "file_missing"
    assert [what for what, _ in synced(anna).went] == ["pull"]
    assert status["code"] == "agreed"
    assert any(key[0] == "attachment" and row["sha256"] == gone for key, row in place.office.rows().items())


def damage(vault: Vault, sha256: str) -> None:
    path = vault.path("files", sha256)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize("what", ["removed", "damaged"])
def test_a_photo_lost_while_it_is_sent_is_told_and_the_others_go_on(place: Place, what: str) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    lost, sound = photo(anna, order, pixels(1, 900_000)), photo(anna, order, pixels(2, 5_000))
    vault = anna.store.blobs.vault  # type: ignore[union-attr]
    anna.before = breaks_at("piece", 2)  # type: ignore[attr-defined]
    anna.sync()
    if what == "removed":
        vault.remove("files", lost)
    else:
        damage(vault, lost)
    anna.before = lambda what, count: None  # type: ignore[attr-defined]
    status = anna.sync()
    assert status["files_lost"] == 1
    assert content_of(anna, lost).state == "lost"
    assert place.has(sound)
    assert not place.has(lost)
    assert [each for each, _ in synced(anna).went] == ["pull"]


def test_a_content_that_comes_back_from_a_copy_is_sent_after_all(place: Place, tmp_path: Path) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    lost = photo(anna, order, pixels(1, 900_000))
    path = anna.store.blobs.vault.path("files", lost)  # type: ignore[union-attr]
    anna.before = breaks_at("piece", 2)  # type: ignore[attr-defined]
    anna.sync()
    shutil.move(path, tmp_path / "kept")
    anna.before = lambda what, count: None  # type: ignore[attr-defined]
    assert anna.sync()["files_lost"] == 1
    shutil.move(tmp_path / "kept", path)
    anna.stop()
    anna.start()
    assert synced(anna)
    assert place.has(lost)


def test_a_piece_changed_on_the_way_up_is_found_and_sent_again(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    sha256 = photo(anna, order, pixels(1, 300_000))
    hq = Watched(place.address, anna.token)
    real, turned = HttpHq.send_piece, []

    def send(bearer: Any, upload: str, offset: int, piece: bytes) -> int:
        if not turned:
            turned.append(offset)
            piece = bytes([piece[0] ^ 1]) + piece[1:]
        return real(hq, bearer, upload, offset, piece)

    hq.send_piece = send  # type: ignore[method-assign]
    driver = anna._driver(hq)
    assert driver.run_until_rest().code == "agreed"
    assert place.has(sha256)
    assert content_of(anna, sha256).state == "safe"
    driver.close()
    hq.close()


def test_a_content_that_headquarters_gives_wrongly_is_refused_and_left_alone(place: Place) -> None:
    order = place.order("anna")
    false, right = pixels(1, 5_000), pixels(2, 5_000)
    place.office.do(put_photo, order_id=order, sha256=sha(right), size=5_000)
    place.give(false)
    vault = place.office.hq.files.blobs.vault  # type: ignore[union-attr]
    vault.write("files", sha(right), false)
    anna = place.laptop("anna")
    fetched = synced(anna)
    assert len([what for what, _ in fetched.went if what == "fetch"]) == 1
    assert content_of(anna, sha(right)).problem == "hash_wrong"
    assert not anna.store.blobs.has(sha(right))  # type: ignore[union-attr]
    assert [what for what, _ in synced(anna).went] == ["pull"]
    vault.write("files", sha(right), right)
    later(place)
    synced(anna)
    assert seen(anna, sha(right)) == right


def test_what_headquarters_does_not_have_yet_is_asked_for_later(place: Place) -> None:
    order = place.order("anna")
    picture = pixels(1, 5_000)
    place.office.do(put_photo, order_id=order, sha256=sha(picture), size=5_000)
    anna = place.laptop("anna")
    synced(anna)
    assert content_of(anna, sha(picture)).problem == "file_missing"
    assert synced(anna).fetched() == []
    place.give(picture)
    later(place)
    assert synced(anna).fetched() == [sha(picture)]


def test_an_empty_content_named_by_a_row_holds_up_nothing(place: Place) -> None:
    order = place.order("anna")
    place.office.do(put_photo, order_id=order, sha256=sha(b""), size=0)
    sound = place.give(pixels(1, 5_000))
    place.office.do(put_photo, order_id=order, sha256=sound, size=5_000)
    anna = place.laptop("anna")
    synced(anna)
    assert seen(anna, sound) == pixels(1, 5_000)
    assert content_of(anna, sha(b"")).problem == "file_missing"


def test_a_full_disk_is_said_and_uploads_go_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    down = pixels(1, 5_000)
    place.office.do(put_photo, order_id=order, sha256=place.give(down), size=len(down))
    up = photo(anna, order, pixels(2, 5_000))
    monkeypatch.setattr("fielddesk.sync.contents.free_room", lambda folder: 64 * 1024 * 1024 + 9_000)
    status = anna.sync()
    assert (status["code"], status["files_problem"]) == ("agreed", "disk_full")
    assert place.has(up)
    assert not anna.store.blobs.has(sha(down))  # type: ignore[union-attr]
    monkeypatch.undo()
    synced(anna)
    assert seen(anna, sha(down)) == down


def test_a_length_that_a_row_only_claims_holds_up_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    order, anna = place.order("anna"), place.laptop("anna")
    lying, sound = [pixels(number, 5_000) for number in (1, 2)], pixels(3, 4_000)
    place.office.do(put_photo, order_id=order, sha256=place.give(sound), size=len(sound))
    for each in lying:
        place.office.do(put_photo, order_id=order, sha256=place.give(each), size=2**62)
    monkeypatch.setattr("fielddesk.sync.contents.free_room", lambda folder: 64 * 1024 * 1024 + 100_000)
    assert anna.sync()["files_problem"] == "disk_full"
    assert seen(anna, sha(sound)) == sound
    monkeypatch.setattr("fielddesk.sync.contents.free_room", lambda folder: 1 << 40)
    for _round in range(2):
        synced(anna)
    assert [seen(anna, sha(each)) for each in lying] == lying
    assert [content_of(anna, sha(each)).size for each in lying] == [5_000, 5_000]


# ---------------------------------------------------------------- what leaves


def test_what_leaves_the_scope_leaves_the_disk_once_it_was_sent(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    sha256 = photo(anna, order, pixels(1, 5_000))
    synced(anna)
    place.office.assign(order, None)
    synced(anna)
    assert sha256 not in anna.contents()
    assert not anna.store.blobs.has(sha256)  # type: ignore[union-attr]
    assert place.has(sha256)


def test_what_leaves_before_it_was_sent_is_sent_first(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    sha256 = photo(anna, order, pixels(1, 5_000))
    anna.before = breaks_at("create", 1)  # type: ignore[attr-defined]
    anna.sync()
    place.office.assign(order, None)
    anna.before = lambda what, count: None  # type: ignore[attr-defined]
    synced(anna)
    assert place.has(sha256)
    synced(anna)
    assert not anna.store.blobs.has(sha256)  # type: ignore[union-attr]


def test_a_restored_headquarters_gets_the_contents_again(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    sha256 = photo(anna, order, pixels(1, 5_000))
    synced(anna)
    place.office.hq.files.blobs.remove(sha256)  # type: ignore[union-attr]
    admin.restored(place.office.hq)
    synced(anna)
    assert place.has(sha256)


def test_contents_that_no_row_ever_named_go_after_a_month(place: Place) -> None:
    anna = place.laptop("anna")
    synced(anna)
    blobs = anna.store.blobs
    assert blobs is not None
    stray = blobs.keep(b"pasted into a form that was left")
    place.office.clock.at = 2_000_000_000_000_000
    anna.stop()
    anna.start()
    synced(anna)
    assert not anna.store.blobs.has(stray.sha256)  # type: ignore[union-attr]


# ---------------------------------------------------------------- the receipt


def receipts(laptop: Laptop) -> list[Receipt]:
    with laptop.store.read() as read:
        return read.all(Receipt, order=[Receipt.c.began_at, Receipt.c.id])


def test_a_session_leaves_a_receipt_and_a_quiet_one_none(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    first = receipts(anna)[-1]
    assert (first.how, first.rows_out) == ("complete", "{}")
    assert '"work_order":1' in first.rows_in
    photo(anna, order, pixels(1, 30_000), pixels(2, 1_000))
    anna.store.do(call(add_note, order_id=order, text="done"))
    later(place, 5)
    synced(anna)
    last = receipts(anna)[-1]
    assert last.rows_out == '{"attachment":1,"event":2,"note":1}'
    assert last.rows_in == "{}", "what only confirms one's own work did not come"
    assert (last.files_out, last.file_bytes_out, last.files_in) == (2, 31_000, 0)
    assert last.bytes_out > 31_000
    assert last.ended_at is not None
    count = len(receipts(anna))
    synced(anna)
    assert len(receipts(anna)) == count


def test_a_hundred_receipts_are_kept(place: Place) -> None:
    from fielddesk.sync.receipts import ReceiptBook

    anna = place.laptop("anna")
    book = ReceiptBook(anna.store, lambda: (0, 0))
    for _ in range(103):
        later(place, 60)
        before = place.office.clock.now()
        book.begin(True)
        book.end("complete")
    assert len(receipts(anna)) == 100
    assert receipts(anna)[-1].began_at > before


# ---------------------------------------------------------------- stopped, full, wanted


def test_a_stop_in_the_middle_of_a_photo_holds_within_two_seconds_and_goes_on_there(place: Place) -> None:
    anna = place.laptop("anna")
    order = place.order("anna")
    synced(anna)
    sha256 = photo(anna, order, pixels(1, 3_000_000))
    reached, may_go = threading.Event(), threading.Event()

    def hold(what: str, count: int) -> None:
        if (what, count) == ("piece", 2) and not may_go.is_set():
            reached.set()
            may_go.wait(20)

    anna.before = hold  # type: ignore[attr-defined]
    worker = anna.work()
    assert reached.wait(20)
    began = time.monotonic()
    worker.stop()
    may_go.set()
    until(lambda: worker.status.code == "stopped")
    assert time.monotonic() - began < 2
    assert not place.has(sha256)
    worker.sync_now()
    until(lambda: place.has(sha256))
    until(lambda: content_of(anna, sha256).state == "safe")
    went = anna.lines[-1].went  # type: ignore[attr-defined]
    assert [what for what, _ in went].count("create") == 1
    assert anna.bugs == []


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("step", range(1, 9))
def test_a_disk_that_refuses_any_step_of_a_download_costs_nothing(place: Place, step: int) -> None:
    order = place.order("anna")
    picture = pixels(1, 400_000)
    sha256 = place.give(picture)
    place.office.do(put_photo, order_id=order, sha256=sha256, size=len(picture))
    anna = place.laptop("anna")
    vault = anna.store.blobs.vault  # type: ignore[union-attr]
    sound = vault.disk
    vault.disk = FailingDisk(step)
    status = anna.sync()
    assert status["code"] in ("agreed", "store"), status
    vault.disk = sound
    later(place)
    synced(anna)
    assert seen(anna, sha256) == picture


def test_who_wants_a_content_gets_it_first_and_one_that_was_damaged_anew(place: Place) -> None:
    order = place.order("anna")
    pictures = [pixels(seed, 20_000) for seed in range(3)]
    for picture in pictures:
        later(place, 1)
        place.office.do(put_photo, order_id=order, sha256=place.give(picture), size=len(picture))
    anna = place.laptop("anna")
    synced(anna)
    wanted = sha(pictures[0])
    blobs = anna.store.blobs
    assert blobs is not None
    damage(blobs.vault, wanted)
    blobs.put_aside(wanted, anna.clock.now())
    assert anna.store.write(lambda connection: want(connection, wanted, blobs))
    assert synced(anna).fetched() == [wanted]
    assert seen(anna, wanted) == pictures[0]


def test_a_list_of_many_is_made_in_portions_and_all_of_it_arrives(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fielddesk.sync.content_list.WRITTEN_TOGETHER", 2)
    monkeypatch.setattr("fielddesk.sync.content_list.PORTION", 4)
    order = place.order("anna")
    pictures = [pixels(seed, 1_000) for seed in range(11)]
    for picture in pictures:
        place.office.do(put_photo, order_id=order, sha256=place.give(picture), size=len(picture))
    anna = place.laptop("anna")
    assert len(synced(anna).fetched()) == 11
    place.office.assign(order, None)
    synced(anna)
    assert anna.contents() == {}
