"""Contents come up in pieces and go down in ranges; only what is whole is kept, and only who may see it hears of it."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fielddesk.core.clock import DAY, FixedClock
from fielddesk.hq.carrying import TOGETHER
from fielddesk.hq.jobs import tidy_files
from fielddesk.hq.service import Headquarters
from fielddesk.store.blobs import LARGEST
from fielddesk.sync.protocol import CONTENT_BYTES, CONTENT_TYPE, FROM_DEVICE, TO_HEADQUARTERS
from tests.support.offices import Laptop, Office
from tests.support.photos import photos_known, pixels, put_photo
from tests.support.servers import serving

PHOTO = pixels(1, 300_000)
SHA = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with photos_known():
        yield


@pytest.fixture
def eve(office: Office) -> Laptop:
    office.person("eve")
    return office.laptop("eve")


@pytest.fixture
def order(office: Office, eve: Laptop) -> str:
    """One of Eve's, with a photo whose content is not here yet."""
    order = office.order(office.customer(), assignee_id=eve.user)
    office.do(put_photo, order_id=order, sha256=SHA, size=len(PHOTO))
    return order


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    with serving(office.hq, silence_s=1.0) as where:
        yield where


class Tus:
    """The plain protocol, as any tus client speaks it."""

    def __init__(self, address: str, laptop: Laptop) -> None:
        self.netloc = urlsplit(address).netloc
        self.headers = {
            "Authorization": f"Bearer {laptop.token}", FROM_DEVICE: laptop.device, TO_HEADQUARTERS: laptop.hq_id,
            "Tus-Resumable": "1.0.0",
        }  # fmt: skip

    def ask(self, method: str, path: str, body: bytes = b"", **more: str) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection(self.netloc, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in more.items()}
            line.request(method, path, body, {**self.headers, **named})
            answer = line.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            line.close()

    def create(self, sha256: str = SHA, size: int = len(PHOTO)) -> tuple[int, str]:
        metadata = f"filename eA==,sha256 {base64.b64encode(sha256.encode()).decode()}"
        status, headers, body = self.ask("POST", "/v1/files", Upload_Length=str(size), Upload_Metadata=metadata)
        return status, headers.get("location", "") or json.loads(body)["code"]

    def offset(self, place: str) -> tuple[int, int]:
        status, headers, _ = self.ask("HEAD", place)
        return status, int(headers.get("upload-offset", -1))

    def patch(self, place: str, offset: int, piece: bytes) -> tuple[int, str]:
        headers = {"Upload_Offset": str(offset), "Content_Type": "application/offset+octet-stream"}
        status, told, body = self.ask("PATCH", place, piece, **headers)
        return status, told.get("upload-offset", "") or json.loads(body)["code"]

    def send(self, content: bytes, sha256: str = SHA) -> int:
        status, place = self.create(sha256, len(content))
        assert status == 201, place
        return self.patch(place, 0, content)[0]

    def fetch(self, sha256: str = SHA, wished: str = "") -> tuple[int, dict[str, str], bytes]:
        return self.ask("GET", f"/v1/contents/{sha256}", **({"Range": wished} if wished else {}))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def has(laptop: Laptop, *hashes: str) -> tuple[list[str], list[str]]:
    said = laptop.hq.contents(laptop.question(hashes=list(hashes)), laptop.token)
    return said["have"], said["lacks"]


# ---------------------------------------------------------------- up and down


def test_a_content_goes_up_in_pieces_and_comes_down_whole_and_in_ranges(eve: Laptop, order: str, address: str) -> None:
    line = Tus(address, eve)
    assert has(eve, SHA) == ([], [SHA])
    status, place = line.create()
    assert status == 201
    assert line.offset(place) == (200, 0)
    assert line.patch(place, 0, PHOTO[:100_000]) == (204, "100000")
    assert line.offset(place) == (200, 100_000)
    assert line.create() == (201, place), "the same upload is found again"
    assert line.patch(place, 100_000, PHOTO[100_000:]) == (204, "300000")
    assert has(eve, SHA) == ([SHA], [])
    assert line.offset(place)[0] == 404
    assert line.create() == (409, "content_there")
    status, headers, whole = line.fetch()
    assert (status, whole, headers["content-type"]) == (200, PHOTO, CONTENT_BYTES)
    status, headers, piece = line.fetch(wished="bytes=65530-65545")
    assert (status, piece, headers["content-range"]) == (206, PHOTO[65530:65546], "bytes 65530-65545/300000")
    assert line.fetch(wished="bytes=299990-")[2] == PHOTO[-10:]
    assert line.fetch(wished="bytes=300000-")[0] == 416


def test_it_says_what_it_speaks(eve: Laptop, address: str) -> None:
    status, headers, _ = Tus(address, eve).ask("OPTIONS", "/v1/files")
    assert status == 204
    assert (headers["tus-version"], headers["tus-extension"]) == ("1.0.0", "creation")
    assert headers["tus-max-size"] == str(LARGEST)
    assert Tus(address, eve).ask("POST", "/v1/files", Tus_Resumable="0.2.0")[0] == 412


def begun(line: Tus, address: str, place: str, promised: int, piece: bytes) -> socket.socket:
    """A PATCH that has sent a part of what it promised."""
    host, port = urlsplit(address).netloc.split(":")
    raw = socket.create_connection((host, int(port)))
    head = [f"PATCH {place} HTTP/1.1", "Host: x", f"Content-Length: {promised}", "Upload-Offset: 0"]
    head += ["Content-Type: application/offset+octet-stream", *(f"{k}: {v}" for k, v in line.headers.items())]
    raw.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + piece)
    return raw


def test_what_came_before_a_cut_stays(office: Office, eve: Laptop, order: str, address: str) -> None:
    film = pixels(3, 900_000)
    sha = hashlib.sha256(film).hexdigest()
    office.do(put_photo, order_id=order, sha256=sha, size=len(film))
    line = Tus(address, eve)
    _, place = line.create(sha, len(film))
    raw = begun(line, address, place, len(film), film[:800_000])
    until(lambda: line.offset(place)[1] >= 2 * TOGETHER)
    raw.close()

    def goes_on() -> bool:
        at = line.offset(place)[1]  # what was on its way when the line was cut may still be written
        return line.patch(place, at, film[at:])[0] == 204

    until(goes_on)
    assert line.fetch(sha)[2] == film


def test_a_line_that_falls_silent_keeps_what_came(eve: Laptop, order: str, address: str) -> None:
    line = Tus(address, eve)
    _, place = line.create()
    raw = begun(line, address, place, len(PHOTO), PHOTO[:50_000])
    assert raw.recv(4096).startswith(b"HTTP/1.1 408")
    raw.close()
    assert line.offset(place) == (200, 50_000)


# ---------------------------------------------------------------- what is refused


def test_the_same_content_from_two_laptops_leaves_no_half_of_it_behind(
    office: Office, eve: Laptop, order: str, address: str
) -> None:
    """The second of two that began together may fill up its own upload, and it is not kept beside the first."""
    lines = [Tus(address, eve), Tus(address, office.laptop("eve"))]
    places = [line.create()[1] for line in lines]
    assert places[0] != places[1]
    for line, place in zip(lines, places, strict=True):
        assert line.patch(place, 0, PHOTO[:100_000])[0] == 204
    for line, place in zip(lines, places, strict=True):
        assert line.patch(place, 100_000, PHOTO[100_000:])[0] == 204
    assert office.hq.files is not None
    assert list(office.hq.files.blobs.vault.folder_of("partial").iterdir()) == []
    assert lines[1].fetch()[2] == PHOTO


def test_a_false_hash_is_refused_and_nothing_of_it_is_kept(
    office: Office, eve: Laptop, order: str, address: str
) -> None:
    line = Tus(address, eve)
    _, place = line.create()
    assert line.patch(place, 0, pixels(2, len(PHOTO))) == (460, "hash_wrong")
    assert line.offset(place)[0] == 404
    assert has(eve, SHA) == ([], [SHA])
    assert line.send(PHOTO) == 204


def test_a_piece_at_another_place_or_beyond_the_end_is_refused(eve: Laptop, order: str, address: str) -> None:
    line = Tus(address, eve)
    _, place = line.create()
    assert line.patch(place, 5, b"x") == (409, "offset_wrong")
    assert line.patch(place, 0, PHOTO + b"x") == (413, "too_large")
    assert line.offset(place) == (200, 0)


@pytest.mark.parametrize(
    ("sha256", "size", "status"),
    [(SHA, 0, 422), (SHA, LARGEST + 1, 413), ("../../etc/passwd", 5, 422), (SHA.upper(), 5, 422), ("0" * 64, 5, 404)],
)
def test_what_is_no_content_cannot_be_sent(
    eve: Laptop, order: str, address: str, sha256: str, size: int, status: int
) -> None:
    assert Tus(address, eve).create(sha256, size)[0] == status


def test_foreign_contents_look_like_missing_ones(office: Office, eve: Laptop, order: str, address: str) -> None:
    office.person("mallory")
    mallory = office.laptop("mallory")
    assert Tus(address, eve).send(PHOTO) == 204
    line = Tus(address, mallory)
    assert has(mallory, SHA, "0" * 64) == ([], [])
    foreign, missing = line.fetch(), line.fetch("0" * 64)
    assert foreign[0] == missing[0] == 404
    assert foreign[2] == missing[2]
    assert line.create()[0] == line.create("0" * 64)[0] == 404
    assert line.create()[1] == line.create("0" * 64)[1]


def test_an_upload_is_its_laptops_alone(office: Office, eve: Laptop, order: str, address: str) -> None:
    other = office.laptop("eve")
    _, place = Tus(address, eve).create()
    assert Tus(address, other).offset(place)[0] == 404
    assert Tus(address, other).patch(place, 0, PHOTO) == (404, "upload_unknown")


def test_who_made_a_photo_hands_it_in_also_when_the_order_has_left(office: Office, eve: Laptop, address: str) -> None:
    order = office.order(office.customer(), assignee_id=eve.user)
    eve.say(put_photo, order_id=order, sha256=SHA, size=len(PHOTO))
    eve.push()
    office.assign(order, None)
    line = Tus(address, eve)
    assert has(eve, SHA) == ([], [SHA])
    assert line.send(PHOTO) == 204
    assert line.fetch()[0] == 404, "but it is no longer shown to them"


def test_without_a_token_or_with_anothers_name_nothing_is_said(eve: Laptop, order: str, address: str) -> None:
    line = Tus(address, eve)
    assert line.ask("GET", f"/v1/contents/{SHA}", Authorization="Bearer nothing")[0] == 401
    assert line.ask("GET", f"/v1/contents/{SHA}", FieldDesk_Device="0" * 32)[0] == 401
    assert line.ask("GET", f"/v1/contents/{SHA}", FieldDesk_Headquarters="other")[0] == 409
    status, headers, body = line.ask("GET", f"/v1/contents/{SHA}", FieldDesk_Device="")
    assert (status, headers["content-type"], json.loads(body)["code"]) == (422, CONTENT_TYPE, "request_wrong")


# ---------------------------------------------------------------- at rest


def test_nothing_readable_lies_in_the_folder(office: Office, eve: Laptop, order: str, address: str) -> None:
    text = b"the customer's own words " * 20_000
    sha = hashlib.sha256(text).hexdigest()
    office.do(put_photo, order_id=order, sha256=sha, size=len(text))
    line = Tus(address, eve)
    _, place = line.create(sha, len(text))
    line.patch(place, 0, text[:100_000])
    assert office.hq.files is not None
    folder = office.hq.files.folder

    def lies() -> list[Path]:
        return [path for path in folder.rglob("*") if path.is_file()]

    assert lies()
    line.patch(place, 100_000, text[100_000:])
    for path in lies():
        assert b"customer" not in path.read_bytes()
        assert sha[:12] not in path.name


def test_a_damaged_content_is_put_aside_and_can_be_sent_again(
    office: Office, eve: Laptop, order: str, address: str
) -> None:
    line = Tus(address, eve)
    line.send(PHOTO)
    assert office.hq.files is not None
    vault = office.hq.files.blobs.vault
    path = vault.path("files", SHA)
    raw = bytearray(path.read_bytes())
    raw[-5] ^= 1
    path.write_bytes(raw)
    assert line.fetch()[0] == 404
    assert has(eve, SHA) == ([], [SHA])
    assert line.send(PHOTO) == 204
    assert line.fetch()[2] == PHOTO


def test_several_processes_share_one_folder(
    office_on_postgresql: Office, make_hq: Callable[..., Headquarters], tmp_path: Path
) -> None:
    from fielddesk.hq.service import on_postgresql

    office = office_on_postgresql
    url = office.hq.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    first, second = (on_postgresql(url, FixedClock(), contents=tmp_path / "shared") for _ in range(2))
    try:
        office.person("eve")
        eve = office.laptop("eve")
        order = office.order(office.customer(), assignee_id=eve.user)
        office.do(put_photo, order_id=order, sha256=SHA, size=len(PHOTO))
        with serving(first) as here, serving(second) as there:
            _, place = Tus(here, eve).create()
            assert Tus(there, eve).patch(place, 0, PHOTO[:1000])[0] == 204
            assert Tus(here, eve).patch(place, 1000, PHOTO[1000:])[0] == 204
            assert Tus(there, eve).fetch()[2] == PHOTO
    finally:
        first.close()
        second.close()


# ---------------------------------------------------------------- tidying


def test_an_upload_of_a_month_ago_goes_on_and_an_older_one_is_swept(
    office: Office, eve: Laptop, order: str, address: str
) -> None:
    line = Tus(address, eve)
    _, place = line.create()
    line.patch(place, 0, PHOTO[:1000])
    office.clock.at += 31 * DAY
    tidy_files(office.hq)
    assert line.offset(place) == (200, 1000)
    line.patch(place, 1000, PHOTO[1000:2000])
    office.clock.at += 36 * DAY
    tidy_files(office.hq)
    assert line.offset(place)[0] == 404
    assert office.hq.files is not None
    assert list(office.hq.files.blobs.vault.folder_of("partial").iterdir()) == []


def test_a_content_goes_thirty_days_after_the_last_row_that_named_it(
    office: Office, eve: Laptop, order: str, address: str
) -> None:
    line = Tus(address, eve)
    line.send(PHOTO)
    assert office.hq.files is not None
    stray = office.hq.files.keep(b"a document that was never issued")
    tidy_files(office.hq)
    office.clock.at += 29 * DAY
    tidy_files(office.hq)
    assert office.hq.files.blobs.has(stray.sha256)
    office.clock.at += 2 * DAY
    tidy_files(office.hq)
    assert not office.hq.files.blobs.has(stray.sha256)
    assert line.fetch()[2] == PHOTO
    assert office.ask("SELECT sha256 FROM kept_content") == [(SHA,)]


def test_the_questions_words_are_checked(eve: Laptop) -> None:
    from fielddesk.hq.settings import Refused

    for wrong in (None, "x", [1], ["0" * 63], ["0" * 64] * 501):
        with pytest.raises(Refused) as refused:
            eve.hq.contents(eve.question(hashes=wrong), eve.token)
        assert refused.value.status == 422
