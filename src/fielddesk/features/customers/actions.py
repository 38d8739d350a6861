"""What is done to customers."""

from __future__ import annotations

from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.rules import check_customer
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Line


@decision(may=OFFICE)
def create_customer(
    tx: Tx, ctx: Ctx, *, number: Line, name: Line, tier: Code = "standard", street: Line = "", postal_code: Line = "",
    city: Line = "", country: Line = "", phone: Line = "",
) -> str:  # fmt: skip
    """Open a customer record."""
    check_customer(number, name, tier)
    ctx.tell(number=number, name=name)
    return tx.add(
        Customer(
            id=ctx.id("customer"), number=number, name=name, tier=tier, street=street, postal_code=postal_code,
            city=city, country=country, phone=phone,
        )
    )  # fmt: skip
