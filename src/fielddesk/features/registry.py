"""Every table and action of the product, from the ground up; importing it loads no Qt."""

from __future__ import annotations

import json

from fielddesk.core.paths import resources
from fielddesk.features.assets import actions as _assets
from fielddesk.features.customers import actions as _customers
from fielddesk.features.documents import actions as _documents
from fielddesk.features.inspections import actions as _inspections
from fielddesk.features.lifecycle import actions as _lifecycle
from fielddesk.features.parts import actions as _parts
from fielddesk.features.people import actions as _people
from fielddesk.features.workorders import actions as _workorders
from fielddesk.store import events as _events
from fielddesk.store.actions import ACTIONS, Action
from fielddesk.store.tables import BY_NAME, Synced

_LOADED = (
    _documents, _people, _lifecycle, _customers, _assets, _workorders, _parts, _inspections, _events,
)  # fmt: skip

TABLE_ORDER = (
    "user", "product_model", "stage_change", "strategy_revision", "checklist", "checklist_version", "help_picture",
    "customer", "site", "contact", "asset", "work_order", "note", "order_step", "safety_check", "safety_incident",
    "order_link", "sign_off", "part", "place", "movement", "reservation", "stock_level",
    "inspection_plan", "plan_exception", "inspection", "answer", "attachment", "issued_document", "event",
)  # fmt: skip
"""Tables so that a row's parents come before it."""


def tables() -> dict[str, type[Synced]]:
    """Synced tables by name, parents first."""
    return {name: BY_NAME[name] for name in TABLE_ORDER}


def actions() -> dict[str, Action]:
    """Actions by kind."""
    return dict(ACTIONS)


def schemas() -> dict[str, str]:
    """File name to text: the schema of each action's arguments as it is committed under resources/schemas."""
    found = {}
    for kind, action in sorted(ACTIONS.items()):
        text = json.dumps(action.schema(), ensure_ascii=False, indent=1, sort_keys=True)
        found[f"{kind}-{action.version}.json"] = text + "\n"
    return found


if __name__ == "__main__":
    folder = resources() / "schemas"
    folder.mkdir(exist_ok=True)
    for file_name, schema in schemas().items():
        if not (folder / file_name).exists():
            (folder / file_name).write_text(schema, encoding="utf-8")
            print(folder / file_name)
