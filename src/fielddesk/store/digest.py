"""What a laptop holds of headquarters' rows, as one number per table, so that both sides can show that they agree."""

from __future__ import annotations

import sqlalchemy as sa

from fielddesk.store import outbox
from fielddesk.store.outbox import STANDS, OwnOperation, Stub, TouchedRow
from fielddesk.store.tables import BY_NAME, Synced, row_digest
from fielddesk.store.tx import Key, Reading

MODULUS = 2**64
STREAMED = 2_000


def base_digest(read: Reading) -> dict[str, int]:
    """Digest of each synced table over the rows as headquarters knows them (sync.md, Promise 2).

    A row under work that headquarters has not confirmed counts as it was before the first of it, one that such work
    made does not count, and neither does one that left the scope and stays only for that work.
    """
    before = first_images(read)
    left: set[Key] = {(name, row_id) for name, row_id in map(tuple, read.rows(_STUBS))}
    sums = {name: _sum_of(read, table, before, left) for name, table in BY_NAME.items()}
    for (name, row_id), text in before.items():
        if text is not None and (name, row_id) not in left:
            row = outbox.from_image(name, text)
            sums[name] = (sums[name] + row_digest(name, row.body())) % MODULUS
    return sums


def first_images(read: Reading) -> dict[Key, str | None]:
    """For each row that standing operations wrote, the image from before the first of them; None where it made it."""
    images: dict[Key, str | None] = {}
    for name, row_id, text in map(tuple, read.rows(_IMAGES)):
        images.setdefault((name, row_id), text)
    return images


def rows_digest(rows: list[Synced]) -> int:
    """The digest of these rows of one table."""
    return sum(row_digest(row.tablename, row.body()) for row in rows) % MODULUS


def _sum_of(read: Reading, table: type[Synced], before: dict[Key, str | None], left: set[Key]) -> int:
    total = 0
    name = table.tablename
    for values in read.connection.execute(sa.select(table.__table__).execution_options(yield_per=STREAMED)):
        row = table.from_values(values)
        key: Key = (name, row.id)
        if key not in before and key not in left:
            total += row_digest(name, row.body())
    return total % MODULUS


_STUBS = sa.select(Stub.c.tablename_, Stub.c.row_id)
_IMAGES = (
    sa.select(TouchedRow.c.tablename_, TouchedRow.c.row_id, TouchedRow.c.before)
    .select_from(sa.join(TouchedRow.__table__, OwnOperation.__table__, TouchedRow.c.op_id == OwnOperation.c.id))
    .where(TouchedRow.c.wrote == 1, STANDS)
    .order_by(OwnOperation.c.place)
)
