"""Opens the orders of inspections that come due, so that they are on the engineer's laptop weeks before the visit.

Ids follow from plan and due day: several headquarters processes, and a laptop that was quicker, open the same one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import sqlalchemy as sa

from fielddesk.core.clock import local_day
from fielddesk.core.errors import Conflict, RuleBroken
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.inspections.actions import open_visit
from fielddesk.features.inspections.queries import VisitRow, latest_version, visits_to_open
from fielddesk.features.people.model import User
from fielddesk.hq.admin import OWN_CODE
from fielddesk.hq.service import Headquarters
from fielddesk.hq.settings import settings
from fielddesk.store.actions import call
from fielddesk.store.statements import ask, tell
from fielddesk.store.tx import Reading
from fielddesk.store.types import in_language

log = logging.getLogger(__name__)

AHEAD_DAYS = 28
WATCHED = ["inspection_plan", "plan_exception", "checklist_version", "inspection"]
_LANGUAGES = {"en": "en", "zh_cn": "zh_CN", "zh_tw": "zh_TW"}


class Visits:
    """Opens what is due; looks only when the day changed or somebody touched plans, checklists or inspections."""

    def __init__(self, hq: Headquarters) -> None:
        self._hq = hq
        self._looked: tuple[str, int] | None = None

    def open_due(self) -> int:
        """Open the visits of the next 28 days that nobody has opened; returns how many."""
        today = local_day(self._hq.clock.now(), self._hq.clock.zone())
        with self._hq.reading() as connection:
            touched = int(
                ask(connection, "SELECT coalesce(max(pos), 0) FROM feed WHERE table_name IN (?..)", WATCHED)[0][0]
            )
        if (today, touched) == self._looked:
            return 0
        opened = open_visits(self._hq, today)
        self._looked = (today, touched)
        return opened


def open_visits(hq: Headquarters, today: str, ahead_days: int = AHEAD_DAYS) -> int:
    """Open every visit planned until so many days after `today` (ISO); one that cannot be is left and logged."""
    with hq.read() as read:
        wanted = visits_to_open(read, today, ahead_days)
        versions = {row.plan.checklist_id: latest_version(read, row.plan.checklist_id) for row in wanted}
        languages = _languages(read, {row.plan.asset_id for row in wanted})
        engineers = {row.plan.engineer_id for row in wanted if row.plan.engineer_id}
        here = {user.id for user in read.among(User, engineers) if not (user.archived_at or user.revoked_at)}
    with hq.reading() as connection:
        own = settings(connection)["own_account"]
    opened = 0
    for row in wanted:
        version = versions[row.plan.checklist_id]
        if version is None:
            continue  # a checklist that asks nothing yet
        title = in_language(row.checklist, languages.get(row.plan.asset_id, "en")) or row.asset
        engineer = row.plan.engineer_id if row.plan.engineer_id in here else None
        opened += _open(hq, own, row, version.id, title, engineer, today[:4])
    return opened


def _open(
    hq: Headquarters, own: str, row: VisitRow, version_id: str, title: str, engineer: str | None, year: str
) -> int:
    number = draw_number(hq, year)
    one = call(
        open_visit,
        plan_id=row.plan.id,
        due_on=row.visit.due_on,
        version_id=version_id,
        number=number,
        title=title,
        assignee_id=engineer,
    )
    try:
        hq.perform(one, own)
    except (RuleBroken, Conflict) as refused:
        log.warning("visit of plan %s on %s: %s", row.plan.id, row.visit.due_on, refused.code)
        return 0
    return 1


def _languages(read: Reading, asset_ids: Iterable[str]) -> dict[str, str]:
    """In which language each asset's customer reads."""
    assets = read.among(Asset, asset_ids)
    customers = {row.id: row for row in read.among(Customer, {asset.customer_id for asset in assets})}
    return {
        asset.id: _LANGUAGES.get(customers[asset.customer_id].language, "en")
        for asset in assets
        if asset.customer_id in customers
    }


def draw_number(hq: Headquarters, year: str) -> str:
    """The next number of an order that headquarters opens itself; two processes never draw the same one."""
    name = f"wo-{OWN_CODE.lower()}-{year}"

    def draw(connection: sa.Connection) -> str:
        while True:
            tell(
                connection,
                "INSERT INTO counter (name, pos) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET pos = counter.pos + 1",
                name,
            )
            count = ask(connection, "SELECT pos FROM counter WHERE name = ?", name)[0][0]
            number = f"WO-{OWN_CODE}-{year}-{count}"
            if not ask(connection, "SELECT 1 FROM work_order WHERE number = ?", number):
                return number

    return hq.write(draw)
