"""Transactions of headquarters: tried again where the database says so, and alone where it is one file."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from fielddesk.core.errors import Conflict, RuleBroken
from fielddesk.hq.settings import Refused
from fielddesk.store import connect
from fielddesk.store.statements import is_passing
from fielddesk.store.tx import Reading

T = TypeVar("T")
log = logging.getLogger(__name__)

TRIES = 6
BUSY_S = 5


class Transactions:
    """The database of one headquarters; every method may be called from any thread, and from several processes.

    `pause` waits so many seconds before another try; `point` is called at named moments, where tests end the process.
    """

    def __init__(
        self, engine: sa.Engine, gate: connect.Gate, pause: Callable[[float], None], point: Callable[[str], None]
    ) -> None:
        self.engine = engine
        self.point = point
        self._gate = gate
        self._pause = pause
        self._alone = threading.RLock()
        self._writer: sa.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One moment of the database."""
        with self.engine.connect() as connection:
            connect.begin_read(connection)
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """One moment of the database, for queries of features."""
        with self.reading() as connection:
            yield Reading(connection)

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run one transaction, again where the database says that it may pass; 503 after a few."""
        for attempt in range(TRIES):
            try:
                with self.writing() as connection:
                    result = work(connection)
                    self.point("before_commit")
                self.point("after_commit")
                return result
            except sa.exc.DBAPIError as error:
                if not is_passing(error):
                    raise
                said = getattr(error.orig, "sqlstate", None) or type(error.orig).__name__
                log.warning("database: %s, attempt %d", said, attempt + 1)
                self._pause(0.02 * 2**attempt * (1 + random.random()))
        raise Refused(503, "busy", retry_after_s=BUSY_S)

    def write_twice(self, work: Callable[[sa.Connection, bool], T]) -> T:
        """Run a batch, and where the database refuses it as a whole, once more with a savepoint for each operation.

        What it refuses comes in many classes, the driver's and Python's own: all but our answers count.
        """
        try:
            return self.write(lambda connection: work(connection, False))
        except (RuleBroken, Conflict, Refused):
            raise
        except Exception as refusal:
            log.warning("batch refused (%s), once more one by one", type(refusal).__name__)
        return self.write(lambda connection: work(connection, True))

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction, committed at the end of the block; on SQLite nobody else writes meanwhile."""
        if self.engine.dialect.name != "sqlite":
            with self.engine.connect() as connection:
                connect.begin_write(connection)
                yield connection
                connection.commit()
            return
        with self._alone:
            connection = self._writer or self.engine.connect()
            self._writer = None  # until this went well: a connection whose COMMIT failed poisons every later one
            self._gate.open = True
            try:
                connect.begin_write(connection)
                yield connection
                connection.commit()
                self._writer = connection
            except BaseException:
                self._writer = _taken_back(connection)
                raise
            finally:
                self._gate.open = False

    def close(self) -> None:
        """Let go of the database."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.engine.dispose()


def _taken_back(connection: sa.Connection) -> sa.Connection | None:
    """Roll back on SQLite; None where the connection is of no more use."""
    try:
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        if driver.in_transaction:
            driver.rollback()
    except sa.exc.DBAPIError:
        connection.invalidate()
        connection.close()
        return None
    return connection
