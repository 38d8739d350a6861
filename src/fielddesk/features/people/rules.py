"""Roles, and which of them may do what (AC6)."""

from __future__ import annotations

from typing import Final

ENGINEER: Final = "service_engineer"
SUPPORT: Final = "technical_support"
LEADER: Final = "team_leader"
DISPATCHER: Final = "dispatcher"
SERVICE_CENTRE: Final = "customer_service_centre"
ADMINISTRATOR: Final = "administrator"

ROLES: Final = (ENGINEER, SUPPORT, LEADER, DISPATCHER, SERVICE_CENTRE, ADMINISTRATOR)

OFFICE: Final = frozenset({DISPATCHER, LEADER, SERVICE_CENTRE, ADMINISTRATOR})
"""Those who plan and keep the records at headquarters."""
FIELD_STAFF: Final = frozenset({ENGINEER, SUPPORT}) | OFFICE
"""Everybody who may record work on an order."""
KEEPERS: Final = frozenset({DISPATCHER, ADMINISTRATOR})
"""Those who keep the catalogue and the accounts."""


def sees_everything(role: str) -> bool:
    """Whether the scope of this role is the whole region rather than its own orders."""
    return role in OFFICE
