"""What is done to the list of people."""

from __future__ import annotations

from fielddesk.core.errors import RuleBroken
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import KEEPERS, ROLES
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Line


@decision(may=KEEPERS)
def create_user(tx: Tx, ctx: Ctx, *, login: Code, name: Line, role: Code) -> str:
    """Take a person into the service organisation."""
    if role not in ROLES:
        raise RuleBroken("role_unknown", field="role", role=role)
    if not name.strip():
        raise RuleBroken("name_missing", field="name")
    if tx.all(User, User.c.login == login, limit=1):
        raise RuleBroken("login_taken", field="login", login=login)
    ctx.tell(name=name)
    return tx.add(User(id=ctx.id("user"), login=login, name=name, role=role))
