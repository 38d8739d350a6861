"""A real headquarters for tests, and laptops as small as can be: a queue, a cursor, and rows by key."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fielddesk.core import canonical
from fielddesk.core.clock import FixedClock
from fielddesk.core.ids import new_id
from fielddesk.features.assets.actions import create_asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.parts.actions import create_place, import_parts
from fielddesk.features.people.rules import DISPATCHER, ENGINEER, sees_everything
from fielddesk.features.registry import tables
from fielddesk.features.workorders.actions import assign_order, create_order
from fielddesk.hq import admin
from fielddesk.hq.service import Headquarters, on_postgresql, on_sqlite
from fielddesk.store.actions import ACTIONS, call
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME, Synced, row_digest

Key = tuple[str, str]
Body = dict[str, Any]


def on(kind: str, folder: Path, postgres: Callable[[], Any], **more: Any) -> Headquarters:
    """Headquarters on one of the two databases."""
    clock = more.pop("clock", None) or FixedClock()
    if kind == "sqlite":
        return on_sqlite(folder / "headquarters.db", clock, **more)
    return on_postgresql(postgres().new_database(), clock, **more)


class Office:
    """A founded headquarters with a dispatcher, and what tests do there."""

    def __init__(self, hq: Headquarters) -> None:
        self.hq = hq
        self.clock = hq.clock
        assert isinstance(self.clock, FixedClock)
        self.boss = admin.found(hq, "North", "admin", "Ada")
        self.dispatcher = admin.add_user(hq, "dispatcher", "Dora", DISPATCHER, self.boss)
        self._numbers = itertools.count(1)

    def person(self, login: str, role: str = ENGINEER) -> str:
        return admin.add_user(self.hq, login, login.title(), role, self.boss)

    def laptop(self, login: str) -> Laptop:
        return Laptop(self.hq, admin.enrolment_code(self.hq, admin.user_of(self.hq, login)))

    def do(self, action: Callable[..., Any] | str, /, based_on: Mapping[str, Any] | None = None, **args: Any) -> Any:
        """An action done at headquarters by the dispatcher."""
        known = ACTIONS[action].run if isinstance(action, str) else action
        return self.hq.perform(call(known, based_on=based_on, **args), self.dispatcher).results[0]

    def customer(self, name: str = "Foundry") -> str:
        return str(self.do(create_customer, number=f"C-{next(self._numbers)}", name=name))

    def asset(self, customer_id: str) -> str:
        return str(self.do(create_asset, customer_id=customer_id, serial=f"S-{next(self._numbers)}", name="Press"))

    def order(self, customer_id: str, asset_id: str | None = None, assignee_id: str | None = None) -> str:
        number = f"WO-HQ-2027-{next(self._numbers)}"
        return str(
            self.do(
                create_order, number=number, kind="repair", title="Leak", customer_id=customer_id, asset_id=asset_id,
                assignee_id=assignee_id,
            )
        )  # fmt: skip

    def assign(self, order_id: str, user_id: str | None) -> None:
        self.do(assign_order, order_id=order_id, assignee_id=user_id, based_on={"assignee_id": self.holder(order_id)})

    def holder(self, order_id: str) -> str | None:
        return self.row("work_order", order_id)["assignee_id"]

    def part(self, number: str = "P-1") -> str:
        line = {"number": number, "names": '{"en":"Seal"}', "category": "", "unit": "piece", "replaced_by": None}
        self.do(import_parts, lines=[line])
        return next(
            row_id for (table, row_id), body in self.rows().items() if table == "part" and body["number"] == number
        )

    def van(self, keeper_id: str | None, name: str = "Van") -> str:
        return str(self.do(create_place, name=name, kind="van" if keeper_id else "depot", keeper_id=keeper_id))

    # -- looking ---------------------------------------------------------------------------------------------------

    def row(self, table: str, row_id: str) -> Body:
        return self.rows()[(table, row_id)]

    def rows(self) -> dict[Key, Body]:
        """Every row that travels."""
        found: dict[Key, Body] = {}
        with self.hq.read() as read:
            for name, table in tables().items():
                found |= {(name, row.id): row.body() for row in read.all(table)}
        return found

    def scope(self, user_id: str) -> dict[Key, Body]:
        """What this user should have, worked out the slow and simple way from all rows."""
        rows = self.rows()
        if sees_everything(rows[("user", user_id)]["role"]):
            return rows
        return {key: body for key, body in rows.items() if _has(user_id, key, rows)}

    def digests(self) -> dict[str, int]:
        found = dict.fromkeys(tables(), 0)
        for (table, _), body in self.rows().items():
            found[table] = (found[table] + row_digest(table, body)) % 2**64
        return found

    def ask(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.hq.reading() as connection:
            return [tuple(row) for row in ask(connection, text, *values)]


def _has(user: str, key: Key, rows: dict[Key, Body]) -> bool:
    table = BY_NAME[key[0]]
    if table.scope.catalogue:
        return True
    if table.scope.follows:
        hung, open_to_all = _hangs_on(key, rows)
        return any(reached_by(user, one, rows) for one in hung) or (open_to_all and not hung)
    return reached_by(user, key, rows)


def _hangs_on(key: Key, rows: dict[Key, Body]) -> tuple[set[Key], bool]:
    body, table = rows[key], BY_NAME[key[0]]
    hung: set[Key] = set()
    open_to_all = False
    for col in table.columns:
        if col.name not in table.scope.follows or body[col.name] is None:
            continue
        there = (body["about_table"] if col.ref == "*" else col.ref, body[col.name])
        if there not in rows:
            continue
        scope = BY_NAME[there[0]].scope
        if scope.follows:
            more, also = _hangs_on(there, rows)
            hung, open_to_all = hung | more, open_to_all or also
        elif scope.catalogue and not scope.holder:
            open_to_all = True
        else:
            hung.add(there)
    return hung, open_to_all


def reached_by(user: str, key: Key, rows: dict[Key, Body]) -> bool:
    """Whether a row is one of the user's roots or reached from one, along references and back along some."""
    found = {one for one, body in rows.items() if (holder := BY_NAME[one[0]].scope.holder) and body[holder] == user}
    grown = bool(found)
    while grown:
        more = {there for one in found for there in _taken_along(one, rows)} - found
        grown, found = bool(more), found | more
    return key in found


def _taken_along(key: Key, rows: dict[Key, Body]) -> set[Key]:
    there = {(str(col.ref), rows[key][col.name]) for col in BY_NAME[key[0]].columns if col.reach}
    there |= {
        other
        for other, body in rows.items()
        for col in BY_NAME[other[0]].columns
        if col.back and (col.ref, body[col.name]) == key
    }
    return there & rows.keys()


class Laptop:
    """The other end of the line: it keeps what it is told to keep, and complains where a promise is broken."""

    def __init__(self, hq: Headquarters, code: str) -> None:
        self.hq = hq
        self.answer = hq.enrol({"nonce": "e", "protocol": 1, "program": "1", "code": code, "device_name": "laptop"})
        self.device, self.token = self.answer["device_id"], self.answer["token"]
        self.user = self.answer["user_id"]
        self.hq_id, self.epoch, self.incarnation = (self.answer[name] for name in ("hq_id", "epoch", "incarnation"))
        self.queue: list[dict[str, Any]] = []
        self.sent: dict[str, Any] | None = None
        self.cursor = 0
        self.rows: dict[Key, tuple[int, Body]] = {}
        self.outcomes: dict[str, dict[str, Any]] = {}
        self.pages: list[dict[str, Any]] = []

    # -- saying ----------------------------------------------------------------------------------------------------

    def say(
        self, action: Callable[..., Any] | str, /, based_on: Mapping[str, Any] | None = None,
        needs: tuple[str, ...] = (), at: int | None = None, version: int | None = None, op_id: str | None = None,
        **args: Any,
    ) -> str:  # fmt: skip
        """Put an operation at the end of the queue; returns its id."""
        kind = action if isinstance(action, str) else action.__name__
        now = self.hq.clock.now()
        op_id = op_id or new_id(now)
        if not isinstance(action, str):
            args = ACTIONS[kind].check(args)
        self.put(
            {
                "id": op_id, "kind": kind, "version": version or 1, "args": args,
                "based_on": None if based_on is None else dict(based_on), "depends_on": list(needs),
                "occurred_at": now if at is None else at, "tz": "Europe/Berlin", "boot_s": 5,
            }
        )  # fmt: skip
        return op_id

    def put(self, tree: Any, seq: int | None = None) -> dict[str, Any]:
        """Put any operation into the queue."""
        body = tree if isinstance(tree, str) else canonical.dumps(tree)
        op = {"seq": seq or len(self.queue) + 1, "hash": canonical.digest(body), "body": body}
        self.queue.append(op)
        return op

    # -- asking ----------------------------------------------------------------------------------------------------

    def question(self, **more: Any) -> dict[str, Any]:
        return {
            "nonce": "n", "protocol": 1, "program": "1", "device": self.device, "incarnation": self.incarnation,
            "hq_id": self.hq_id, "epoch": self.epoch, **more,
        }  # fmt: skip

    def push(self, ops: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        ops = self.queue if ops is None else ops
        if ops:
            last = max(ops, key=lambda op: op["seq"])
            if self.sent is None or last["seq"] > self.sent["seq"]:
                self.sent = {"seq": last["seq"], "id": canonical.loads(last["body"])["id"]}
        answer = self.hq.push(self.question(ops=ops), self.token)
        for one in answer["outcomes"]:
            self.outcomes[one["id"]] = one
        return answer

    def did(self, op_id: str) -> dict[str, Any]:
        """The outcome of an operation as this laptop knows it."""
        return dict(self.outcomes[op_id]["outcome"])

    def pull(self, limit: int = 1000, start: int | None = None) -> dict[str, Any]:
        begin = self.cursor if start is None else start
        return self.hq.pull(self.question(**{"from": begin, "sent": self.sent, "limit": limit}), self.token)

    def catch_up(self, limit: int = 1000) -> int:
        """Pull until there is no more; returns how many pages it took."""
        for count in itertools.count(1):
            page = self.pull(limit)
            assert page["fork"] is None
            assert not page["snapshot"]
            self.take(page)
            if not page["more"]:
                assert page["to"] == page["head"]
                return count
        raise AssertionError

    def take(self, page: dict[str, Any]) -> None:
        assert page["from"] == self.cursor
        self.pages.append(page)
        before = self.cursor
        for row in page["rows"]:
            assert before < row["pos"] <= row["commit"] <= page["to"]
            before = row["pos"]
            key = (row["table"], row["id"])
            if row["op"] == "leave":
                self.rows.pop(key, None)
            elif key not in self.rows or self.rows[key][0] < row["rev"]:
                self.rows[key] = (row["rev"], row["body"])
        for one in page["outcomes"]:
            assert page["from"] < one["pos"] <= page["to"]
            self.outcomes[one["id"]] = one
        self.cursor = page["to"]
        assert self.without_closure() == []

    def snapshot(self, limit: int = 1000) -> None:
        """Take every row anew; the cursor is the first answer's."""
        after, self.rows, first = None, {}, None
        while True:
            page = self.hq.snapshot(self.question(after=after, limit=limit), self.token)
            first = page["pos"] if first is None else first
            for row in page["rows"]:
                self.rows[(row["table"], row["id"])] = (row["rev"], row["body"])
            after = page["next"]
            if after is None:
                break
        self.cursor = first

    # -- looking ---------------------------------------------------------------------------------------------------

    def bodies(self) -> dict[Key, Body]:
        return {key: body for key, (_, body) in self.rows.items()}

    def has(self, table: str) -> set[str]:
        return {row_id for name, row_id in self.rows if name == table}

    def without_closure(self) -> list[Key]:
        """Rows that are here without what they reach."""
        return [
            key
            for key, (_, body) in self.rows.items()
            for col in BY_NAME[key[0]].columns
            if col.reach and body[col.name] is not None and (col.ref, body[col.name]) not in self.rows
        ]


def revisions(hq: Headquarters) -> dict[Key, int]:
    with hq.read() as read:
        return {(name, row.id): row.rev for name, table in tables().items() for row in read.all(table)}


__all__ = ["Laptop", "Office", "Synced", "on", "revisions"]
