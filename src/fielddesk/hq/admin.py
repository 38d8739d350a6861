"""What the administrator of headquarters does: found it, let people and laptops in and out, mend what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import DAY, local_day
from fielddesk.core.errors import RuleBroken
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.lifecycle.actions import publish_strategy
from fielddesk.features.lifecycle.queries import first_table, latest_revision
from fielddesk.features.people.actions import create_user
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import ADMINISTRATOR
from fielddesk.hq.feed import NAME, head
from fielddesk.hq.judge import Sender
from fielddesk.hq.push import Push, Sent
from fielddesk.hq.service import Headquarters, digest_of, plain_code, raise_unless_done
from fielddesk.hq.settings import put_settings, settings
from fielddesk.hq.tables import Counter, Device, EnrolmentCode, Queue
from fielddesk.store.actions import call
from fielddesk.store.keys import new_recovery_pair, new_store_key, recovery_code, unseal
from fielddesk.store.statements import add_rows, ask, tell

CODE_LIFE = 14 * DAY
HORIZON_DAYS = 30
"""How far back a restored headquarters may be and still get everything again from the laptops."""
FINAL = ["applied", "merged", "conflict", "rejected", "void"]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OWN_CODE = "HQ"


def is_founded(hq: Headquarters) -> bool:
    with hq.reading() as connection:
        return "hq_id" in settings(connection)


def found(hq: Headquarters, name: str, login: str, person: str) -> str:
    """Make a new headquarters with its first administrator; returns that user's id.

    Also makes headquarters' own account, in whose name its jobs act. RuleBroken('founded_already').
    """
    now = hq.clock.now()
    draw = hq._random
    op_id = new_id(now, draw(10))
    user_id = derived_id(op_id, "user")
    private, public = new_recovery_pair()
    body = canonical.dumps(
        {
            "id": op_id, "kind": "create_user", "version": 1, "based_on": None, "depends_on": [], "boot_s": None,
            "args": call(create_user, login=login, name=person, role=ADMINISTRATOR).args,
            "occurred_at": now, "tz": hq.clock.zone(),
        }
    )  # fmt: skip

    def make(connection: sa.Connection) -> str:
        if "hq_id" in settings(connection):
            raise RuleBroken("founded_already")
        own = new_id(now, draw(10))
        account = new_id(now, draw(10))
        incarnation = draw(6).hex()
        put_settings(
            connection, hq_id=new_id(now, draw(10)), epoch=1, name=name, own_device=own, own_account=account,
            own_incarnation=incarnation, recovery_public=public.hex(), recovery_private=private.hex(),
            device_codes=0, pruned=0, levels_at=0, files_key=new_store_key().hex(),
        )  # fmt: skip
        add_rows(connection, Counter, [Counter(name=NAME, pos=0)])
        device = Device(id=own, user_id=account, name=name, token_hash="-", enrolled_at=now)
        add_rows(connection, Device, [device])
        queue = Queue(device_id=own, incarnation=incarnation, device_code=OWN_CODE, next_seq=1, made_at=now)
        add_rows(connection, Queue, [queue])
        push = Push(connection, Sender(own, user_id, ADMINISTRATOR), incarnation, now, point=hq.point)
        # Nobody signs in with it and nobody is given work in its name: it is archived from the first day.
        push.batch.add(User(id=account, login="headquarters", name=name, role=ADMINISTRATOR, archived_at=now))
        answer = push.take([Sent(1, canonical.digest(body), body)])
        raise_unless_done(answer.outcomes[0]["outcome"])
        return user_id

    return hq.write(make)


def take_first_strategy(hq: Headquarters, by: str) -> None:
    """Publish the table of stages that is shipped, where there is none yet: a new headquarters begins with it."""
    with hq.read() as read:
        if latest_revision(read) is not None:
            return
    today = local_day(hq.clock.now(), hq.clock.zone())
    hq.perform(call(publish_strategy, number=1, valid_from=today, table=canonical.dumps(first_table())), by)


def user_of(hq: Headquarters, login: str) -> str:
    """The id of the person who signs in with this name; RuleBroken('login_unknown')."""
    with hq.reading() as connection:
        rows = ask(connection, 'SELECT id FROM "user" WHERE login = ? AND archived_at IS NULL', login)
    if not rows:
        raise RuleBroken("login_unknown", login=login)
    return str(rows[0][0])


def first_administrator(hq: Headquarters) -> str:
    """The oldest standing administrator's id; RuleBroken('administrator_missing')."""
    with hq.reading() as connection:
        text = 'SELECT id FROM "user" WHERE role = ? AND archived_at IS NULL AND revoked_at IS NULL ORDER BY id LIMIT 1'
        rows = ask(connection, text, ADMINISTRATOR)
    if not rows:
        raise RuleBroken("administrator_missing")
    return str(rows[0][0])


def add_user(hq: Headquarters, login: str, name: str, role: str, by: str) -> str:
    """Take a person in; returns their id."""
    return str(hq.perform(call(create_user, login=login, name=name, role=role), by).results[0])


def enrolment_code(hq: Headquarters, user_id: str, life: int = CODE_LIFE) -> str:
    """A code that lets one laptop of this person in, once, for `life` microseconds: 80 random bits."""
    number = int.from_bytes(hq._random(10), "big")
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    now = hq.clock.now()
    row = EnrolmentCode(code_hash=digest_of(plain_code(letters)), user_id=user_id, made_at=now, expires_at=now + life)
    hq.write(lambda connection: add_rows(connection, EnrolmentCode, [row]))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


@dataclass(frozen=True)
class DeviceLine:
    """A laptop as an administrator sees it."""

    id: str
    login: str
    name: str
    codes: tuple[str, ...]
    seen_at: int | None
    revoked_at: int | None


def devices(hq: Headquarters) -> list[DeviceLine]:
    with hq.reading() as connection:
        codes: dict[str, list[str]] = {}
        for device, code in ask(connection, "SELECT device_id, device_code FROM queue ORDER BY made_at, incarnation"):
            codes.setdefault(device, []).append(code)
        text = (
            'SELECT d.id, u.login, d.name, d.seen_at, d.revoked_at FROM device d JOIN "user" u ON u.id = d.user_id '
            "ORDER BY d.enrolled_at, d.id"
        )
        return [
            DeviceLine(row[0], row[1], row[2], tuple(codes.get(row[0], ())), row[3], row[4])
            for row in ask(connection, text)
        ]


def revoke_device(hq: Headquarters, device_id: str) -> None:
    """From now on everything this laptop sends is held, and it gets nothing."""

    def revoke(connection: sa.Connection) -> None:
        text = "UPDATE device SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
        if tell(connection, text, hq.clock.now(), device_id) == 0:
            raise RuleBroken("device_unknown", device=device_id)

    hq.write(revoke)


@dataclass(frozen=True)
class Waiting:
    """An operation that a person must look at."""

    id: str
    kind: str
    outcome: str
    detail: dict[str, Any]
    user: str
    at: int
    received_at: int


def waiting_operations(hq: Headquarters, limit: int = 500) -> list[Waiting]:
    """Held, parked and quarantined operations, oldest first."""
    text = (
        "SELECT o.id, o.kind, o.outcome, o.detail, u.name, o.at, o.received_at FROM operation o "
        'JOIN "user" u ON u.id = o.user_id WHERE o.outcome IN (?..) ORDER BY o.received_at, o.seq LIMIT ?'
    )
    with hq.reading() as connection:
        return [
            Waiting(row[0], row[1], row[2], canonical.loads(row[3]), row[4], row[5], row[6])
            for row in ask(connection, text, ["held", "parked", "quarantined"], limit)
        ]


def restored(hq: Headquarters) -> int:
    """Say that this database came from a backup: a new epoch, so that every laptop sends again what it lacks.

    Returns the epoch. Device codes jump ahead, for those given after the backup are in use outside.
    """

    def turn(connection: sa.Connection) -> int:
        known = settings(connection)
        # Drawn, not counted: the same backup put back twice would otherwise give two feeds one epoch, and a laptop
        # that took the first would believe the second.
        epoch = int(known["epoch"]) + 1 + int.from_bytes(hq._random(4), "big")
        nth = 1 + ask(connection, "SELECT count(*) FROM queue WHERE device_id = ?", known["own_device"])[0][0]
        incarnation = hq._random(6).hex()
        jump = 1000 + int.from_bytes(hq._random(2), "big")
        put_settings(connection, epoch=epoch, device_codes=known["device_codes"] + jump, own_incarnation=incarnation)
        queue = Queue(
            device_id=known["own_device"], incarnation=incarnation, device_code=f"{OWN_CODE}{nth}", next_seq=1,
            made_at=hq.clock.now(),
        )  # fmt: skip
        add_rows(connection, Queue, [queue])
        return epoch

    return hq.write(turn)


def prune_feed(hq: Headquarters, before: int) -> int:
    """Drop feed lines of commits that were complete at position `before`; cursors behind it take a snapshot."""

    def prune(connection: sa.Connection) -> int:
        found = ask(connection, "SELECT max(commit_no) FROM feed WHERE commit_no <= ?", before)
        end = found[0][0]
        if end is None:
            return 0
        tell(connection, "DELETE FROM feed_to WHERE pos <= ?", end)
        gone = tell(connection, "DELETE FROM feed WHERE pos <= ?", end)
        put_settings(connection, pruned=end)
        return gone

    return hq.write(prune)


def prune(hq: Headquarters, days: int = HORIZON_DAYS) -> int:
    """Let go of feed lines and of the bodies of settled operations older than the backup horizon.

    Outcomes stay for ever. Returns how many feed lines went.
    """
    before = hq.clock.now() - days * DAY

    def empty(connection: sa.Connection) -> int:
        text = "UPDATE operation SET body = '' WHERE received_at < ? AND body <> '' AND outcome IN (?..)"
        tell(connection, text, before, FINAL)
        # The first that came later, not the last that came before: an old one that waited stands late in the feed.
        first = ask(connection, "SELECT min(pos) FROM operation WHERE received_at >= ?", before)[0][0]
        return head(connection) if first is None else int(first) - 1

    return prune_feed(hq, hq.write(empty))


def recover_key(hq: Headquarters, sealed: bytes) -> str:
    """The recovery code for a laptop whose key store was lost, out of the profile's `key.sealed`."""
    with hq.reading() as connection:
        known = settings(connection)
    return recovery_code(unseal(sealed, bytes.fromhex(known["recovery_private"]), hq_id=known["hq_id"]))
