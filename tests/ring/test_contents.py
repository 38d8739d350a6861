"""Photos between real processes: either side is killed in the middle of one, and it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ring.places import Died, LaptopProcess, Site, agree
from tests.support.photos import photos_known

pytestmark = pytest.mark.slow
NewProcess = Callable[..., LaptopProcess]
SIZE = 1_500_000


def take_photo(laptop: LaptopProcess, seed: int) -> str:
    """A photo on the first order of the laptop, kept as a screen does it."""
    order = laptop.rows("work_order")[0]["id"]
    sha256 = laptop.keep_blob(seed, SIZE)
    laptop.do("put_photo", order_id=order, sha256=sha256, size=SIZE)
    return str(sha256)


def has(site: Site, sha256: str) -> bool:
    assert site.books.files is not None
    return site.books.files.blobs.has(sha256)


def until_sent(site: Site, laptop: LaptopProcess, sha256: str) -> dict[str, Any]:
    for _ in range(5):
        try:
            status = laptop.sync()
        except Died:
            laptop.start()
            continue
        if has(site, sha256) and laptop.contents()[sha256] == "safe":
            return dict(status)
    raise AssertionError(f"not sent: {status}")


@pytest.mark.parametrize(
    "point",
    [
        "asking_contents", "answered_contents", "asking_create_upload", "answered_create_upload", "asking_send_piece",
        "answered_send_piece", "answered_send_piece:2", "answered_send_piece:3",
    ],
)  # fmt: skip
def test_a_laptop_killed_while_it_sends_a_photo_goes_on(idle_site: Site, new_process: NewProcess, point: str) -> None:
    site = idle_site
    site.serve()
    laptop = new_process("engineer", site)
    sha256 = take_photo(laptop, 1)
    laptop.die_at(point)
    with pytest.raises(Died):
        laptop.sync()
    laptop.start()
    until_sent(site, laptop, sha256)
    agree(site, engineer=laptop)
    dispatcher = new_process("dispatcher", site)
    assert dispatcher.contents()[sha256] == "safe"


@pytest.mark.parametrize("point", ["answered_fetch_piece", "asking_fetch_piece:3", "answered_fetch_piece:3"])
def test_a_laptop_killed_while_it_fetches_a_photo_goes_on(
    site_on_sqlite: Site, new_process: NewProcess, point: str
) -> None:
    site = site_on_sqlite
    dispatcher = new_process("dispatcher", site)
    engineer = new_process("engineer", site)
    sha256 = take_photo(engineer, 1)
    assert engineer.sync()["code"] == "agreed"
    dispatcher.die_at(point)
    with pytest.raises(Died):
        dispatcher.sync()
    dispatcher.start()
    assert dispatcher.sync()["code"] == "agreed"
    assert dispatcher.contents()[sha256] == "safe"


@pytest.mark.parametrize(
    "point",
    [
        "create.asked", "create.before_commit", "create.done", "append.asked", "append.piece_written",
        "append.piece_written:3", "append.done:2", "append.content_whole", "append.content_kept",
        "append.before_commit:2",
    ],
)  # fmt: skip
def test_headquarters_killed_while_it_takes_a_photo_goes_on(
    idle_site: Site, new_process: NewProcess, point: str
) -> None:
    site = idle_site
    site.serve()
    laptop = new_process("engineer", site)
    sha256 = take_photo(laptop, 1)
    site.stop()
    site.serve(die_at=point)
    assert laptop.sync()["code"] == "offline"
    site.died()
    site.serve()
    until_sent(site, laptop, sha256)
    agree(site, engineer=laptop)
    assert site.ask("SELECT count(*) FROM upload") == [(0,)]
    assert site.ask("SELECT size FROM kept_content WHERE sha256 = ?", sha256) == [(SIZE,)]


def test_several_servers_take_one_photo_together(new_hq: Callable[[str], Site], new_process: NewProcess) -> None:
    site = new_hq("postgresql")
    site.serve()
    second = site.serve()
    laptop = new_process("engineer", site)
    sha256 = take_photo(laptop, 1)
    laptop.die_at("answered_send_piece:2")
    with pytest.raises(Died):
        laptop.sync()
    laptop.start()
    assert laptop.sync(second)["code"] == "agreed"
    assert has(site, sha256)
    with photos_known():
        agree(site, engineer=laptop)
