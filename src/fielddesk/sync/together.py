"""Puts sync together over an open store and a line to headquarters: rows, contents behind them, receipts."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import cast

from fielddesk.core.clock import Clock
from fielddesk.store.database import Store
from fielddesk.store.tx import Reading
from fielddesk.sync.apply import LaptopSync
from fielddesk.sync.contents import LaptopContents
from fielddesk.sync.driver import Driver
from fielddesk.sync.protocol import Hq, HqFiles
from fielddesk.sync.receipts import ReceiptBook
from fielddesk.sync.status import Status


def driver_for(
    store: Store,
    hq: Hq,
    clock: Clock,
    random: Random,
    *,
    near: Callable[[Reading], set[str]],
    listener: Callable[[Status], None] | None = None,
) -> Driver:
    """A driver that is not started yet; `near` tells the rows whose contents come before others.

    Contents travel where the line can carry them and the store has a folder.
    """
    files = cast(HqFiles, hq) if hasattr(hq, "fetch_piece") and store.blobs is not None else None
    contents = None if files is None else LaptopContents(store, files, near)
    receipts = ReceiptBook(store, lambda: (getattr(hq, "sent", 0), getattr(hq, "received", 0)))
    return Driver(LaptopSync(store), hq, clock, random, listener=listener, contents=contents, receipts=receipts)
