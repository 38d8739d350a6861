"""How the window stood when it was closed: kept in the encrypted store, with a copy for the moment before it opens."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from fielddesk.core.config import change_choices
from fielddesk.core.errors import StoreProblem
from fielddesk.shell.standing import stands
from fielddesk.store.database import Store
from fielddesk.store.lanes import PEOPLE
from fielddesk.store.outbox import put_setting
from fielddesk.store.tx import Key
from fielddesk.ui.desk import Desk


def keep_standing(desk: Desk, store: Store, home: Path) -> None:
    """Keep where the window stands and what it shows; a full disk is no reason to hold a person back at the end."""
    stood, place = stands(desk), desk.current_place()

    def keep(connection: sa.Connection) -> tuple[None, list[Key]]:
        put_setting(connection, window={"stood": list(stood), "place": place})
        return None, []

    try:
        store.write(keep, lane=PEOPLE)
    except StoreProblem:
        pass
    change_choices(home, window=stood, place=place or None)
