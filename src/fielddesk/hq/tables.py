"""Headquarters' own books: devices, their queues, every operation taken, the feed, and who has what in scope."""

from __future__ import annotations

from fielddesk.store.tables import HEADQUARTERS, Local
from fielddesk.store.types import Code, Count, Id, Json, Line, Moment, Opaque, Zone


class HqSetting(Local, side=HEADQUARTERS):
    """One value headquarters keeps for itself: its id, epoch, recovery key, how far a job came."""

    name: Code
    value: Json

    key = ("name",)


class Device(Local, side=HEADQUARTERS):
    """A laptop that was enrolled; of its token only the hash is kept."""

    id: Id
    user_id: Id
    name: Line
    token_hash: Opaque
    enrolled_at: Moment
    revoked_at: Moment | None = None
    seen_at: Moment | None = None
    program: Line | None = None
    feed_from: Count = 0
    """A cursor before this position must take a snapshot: its user saw less, or more, of the feed until then."""

    indexes = (("token_hash",), ("user_id",))


class EnrolmentCode(Local, side=HEADQUARTERS):
    """A one-time code, hashed."""

    code_hash: Opaque
    user_id: Id
    made_at: Moment
    expires_at: Moment
    used_at: Moment | None = None

    key = ("code_hash",)


class Queue(Local, side=HEADQUARTERS):
    """One line in which a device's operations stand; locked while a push is taken."""

    device_id: Id
    incarnation: Code
    device_code: Line
    """What stands in the numbers of documents made there."""
    next_seq: Count
    made_at: Moment

    key = ("device_id", "incarnation")
    indexes = (("device_code",),)


class QueuePlace(Local, side=HEADQUARTERS):
    """A place in a queue at which an operation came again that was taken at another place before."""

    device_id: Id
    incarnation: Code
    seq: Count
    op_id: Id

    key = ("device_id", "incarnation", "seq")


class Operation(Local, side=HEADQUARTERS):
    """One operation, and what came of it."""

    id: Id
    hash: Opaque
    device_id: Id
    incarnation: Code
    seq: Count
    """Where it stood when it was taken."""
    user_id: Id
    kind: Code
    body: Json
    """Exactly the text that was sent; empty once the backup horizon has passed."""
    outcome: Code
    detail: Json
    """The whole outcome as it travels."""
    pos: Count
    """The place in the feed after which its rows are all there."""
    waits_for: Id | None = None
    """The row or operation that a held one waits for."""
    at: Moment
    zone: Zone
    skew: Count | None = None
    """Microseconds to add to the laptop's clock."""
    received_at: Moment

    indexes = (
        ("device_id", "incarnation", "seq"),
        ("device_id", "pos"),
        ("waits_for",),
        ("outcome",),
        ("received_at",),
    )


class Counter(Local, side=HEADQUARTERS):
    """The one row that gives every committed change its position."""

    name: Code
    pos: Count

    key = ("name",)


class Feed(Local, side=HEADQUARTERS):
    """One change as laptops get it; `commit_no` is the last position of its commit, and only there a page ends."""

    pos: Count
    commit_no: Count
    audience: Code
    """catalogue: everyone; customer: who is named in FeedTo, and who sees everything; addressed: who is named."""
    table_name: Code
    row_id: Id
    rev: Count
    op: Code
    body: Json | None = None

    key = ("pos",)
    indexes = (("audience", "pos"),)


class FeedTo(Local, side=HEADQUARTERS):
    """Who gets a change."""

    user_id: Id
    pos: Count

    key = ("user_id", "pos")


class Member(Local, side=HEADQUARTERS):
    """A row that a user has because of a root of theirs; a row shared by two roots stands here twice."""

    user_id: Id
    table_name: Code
    row_id: Id
    root_id: Id

    key = ("user_id", "table_name", "row_id", "root_id")
    indexes = (("row_id",), ("root_id",))


class PastMember(Local, side=HEADQUARTERS):
    """A row that a user had in scope until a moment; facts that occurred up to 30 days later are still taken."""

    user_id: Id
    row_id: Id
    left_at: Moment

    key = ("user_id", "row_id")


class KeptContent(Local, side=HEADQUARTERS):
    """The content of a photo or file that lies in headquarters' folder."""

    sha256: Opaque
    size: Count
    kept_at: Moment
    unnamed_since: Moment | None = None
    """Since when no row names it; it is collected 30 days later."""

    key = ("sha256",)


class Upload(Local, side=HEADQUARTERS):
    """A content on its way here; how much of it has arrived says the file itself."""

    id: Id
    sha256: Opaque
    size: Count
    device_id: Id
    made_at: Moment
    touched_at: Moment

    indexes = (("device_id", "sha256"), ("touched_at",))
