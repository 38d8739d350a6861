"""What is done to customers, their sites and the people one asks for there."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from fielddesk.core.errors import RuleBroken
from fielddesk.features.customers.model import Contact, Customer, Site
from fielddesk.features.customers.queries import customers_with
from fielddesk.features.customers.rules import check_customer, check_language, check_named
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.store.actions import Ctx, decision, only_added
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Day, Flag, Id, Line, Prose, Zone


class CustomerLine(TypedDict):
    """One line of a list of customers; what the list does not say is left out."""

    number: Line
    name: NotRequired[Line]
    tier: NotRequired[Code]
    street: NotRequired[Line]
    postal_code: NotRequired[Line]
    city: NotRequired[Line]
    country: NotRequired[Line]
    phone: NotRequired[Line]
    language: NotRequired[Code]


@decision(may=OFFICE, version=2, upcasts={1: only_added})
def create_customer(
    tx: Tx, ctx: Ctx, *, number: Line, name: Line, tier: Code = "standard", street: Line = "", postal_code: Line = "",
    city: Line = "", country: Line = "", phone: Line = "", language: Code = "en",
) -> str:  # fmt: skip
    """Open a customer record. Version 1 had no language."""
    check_customer(number, name, tier)
    check_language(language)
    ctx.tell(number=number, name=name)
    return tx.add(
        Customer(
            id=ctx.id("customer"), number=number, name=name, tier=tier, street=street, postal_code=postal_code,
            city=city, country=country, phone=phone, language=language,
        )
    )  # fmt: skip


@decision(may=OFFICE, about="customer_id", undo="edit_customer")
def edit_customer(
    tx: Tx, ctx: Ctx, *, customer_id: Id, number: Line | None = None, name: Line | None = None,
    tier: Code | None = None, street: Line | None = None, postal_code: Line | None = None, city: Line | None = None,
    country: Line | None = None, phone: Line | None = None, language: Code | None = None,
) -> None:  # fmt: skip
    """Correct what the record says of a customer; only the fields given are touched."""
    news = _given(
        number=number, name=name, tier=tier, street=street, postal_code=postal_code, city=city, country=country,
        phone=phone, language=language,
    )  # fmt: skip
    customer = tx.change(tx.one(Customer, customer_id), ctx.based_on, **news)
    check_customer(customer.number, customer.name, customer.tier)
    check_language(customer.language)


def _given(emptied: list[str] | None = None, optional: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    """The fields an edit touches; RuleBroken('nothing_to_change') where there are none."""
    news = {key: value for key, value in fields.items() if value is not None}
    news |= dict.fromkeys(key for key in optional if key in (emptied or ()))
    if not news:
        raise RuleBroken("nothing_to_change")
    return news


# ---------------------------------------------------------------- sites


@decision(may=OFFICE, about="customer_id")
def create_site(
    tx: Tx, ctx: Ctx, *, customer_id: Id, name: Line, street: Line = "", postal_code: Line = "", city: Line = "",
    country: Line = "", zone: Zone = "UTC", access: Prose = "", hazards: Prose = "", induction_needed: Flag = 0,
    permit_needed: Flag = 0,
) -> str:  # fmt: skip
    """Enter a place where machines of a customer stand."""
    check_named(name)
    ctx.tell(name=name)
    return tx.add(
        Site(
            id=ctx.id("site"), customer_id=customer_id, name=name, street=street, postal_code=postal_code, city=city,
            country=country, zone=zone, access=access, hazards=hazards, induction_needed=induction_needed,
            permit_needed=permit_needed,
        )
    )  # fmt: skip


@decision(may=OFFICE, about="site_id", undo="edit_site")
def edit_site(
    tx: Tx, ctx: Ctx, *, site_id: Id, name: Line | None = None, street: Line | None = None,
    postal_code: Line | None = None, city: Line | None = None, country: Line | None = None, zone: Zone | None = None,
) -> None:  # fmt: skip
    """Correct name, address or zone of a site; only the fields given are touched."""
    news = _given(name=name, street=street, postal_code=postal_code, city=city, country=country, zone=zone)
    check_named(tx.change(tx.one(Site, site_id), ctx.based_on, **news).name)


@decision(may=FIELD_STAFF, about="site_id", undo="describe_site")
def describe_site(
    tx: Tx, ctx: Ctx, *, site_id: Id, access: Prose | None = None, hazards: Prose | None = None,
    induction_needed: Flag | None = None, permit_needed: Flag | None = None,
) -> None:  # fmt: skip
    """Write down how one gets in and what is dangerous there; who was at the gate knows it best."""
    news = _given(access=access, hazards=hazards, induction_needed=induction_needed, permit_needed=permit_needed)
    tx.change(tx.one(Site, site_id), ctx.based_on, **news)


@decision(may=OFFICE, about="site_id", undo="close_site")
def close_site(tx: Tx, ctx: Ctx, *, site_id: Id, closed: Flag = 1) -> None:
    """Take a site off the lists, or put it back; what happened there keeps its name."""
    site = tx.change(tx.one(Site, site_id), None, archived_at=ctx.at if closed else None)
    ctx.tell(name=site.name, closed=closed)


# ---------------------------------------------------------------- contacts


@decision(may=FIELD_STAFF, about="customer_id")
def create_contact(
    tx: Tx, ctx: Ctx, *, customer_id: Id, name: Line, site_id: Id | None = None, position: Line = "", phone: Line = "",
    email: Line = "", language: Code = "en", confirmed_on: Day | None = None,
) -> str:  # fmt: skip
    """Enter a person one asks for at a customer's."""
    check_named(name)
    check_language(language)
    ctx.tell(name=name)
    return tx.add(
        Contact(
            id=ctx.id("contact"), customer_id=customer_id, site_id=site_id, name=name, position=position, phone=phone,
            email=email, language=language, confirmed_on=confirmed_on,
        )
    )  # fmt: skip


@decision(may=FIELD_STAFF, about="contact_id", undo="edit_contact")
def edit_contact(
    tx: Tx, ctx: Ctx, *, contact_id: Id, name: Line | None = None, site_id: Id | None = None,
    position: Line | None = None, phone: Line | None = None, email: Line | None = None, language: Code | None = None,
    confirmed_on: Day | None = None, emptied: list[Code] | None = None,
) -> None:  # fmt: skip
    """Correct a contact, or confirm it on a day; `emptied` names the fields that shall hold nothing."""
    news = _given(
        emptied, ("site_id", "confirmed_on"), name=name, site_id=site_id, position=position, phone=phone, email=email,
        language=language, confirmed_on=confirmed_on,
    )  # fmt: skip
    contact = tx.change(tx.one(Contact, contact_id), ctx.based_on, **news)
    check_named(contact.name)
    check_language(contact.language)


@decision(may=FIELD_STAFF, about="contact_id", undo="retire_contact")
def retire_contact(tx: Tx, ctx: Ctx, *, contact_id: Id, gone: Flag = 1) -> None:
    """Take a person who has left off the lists, or put them back."""
    contact = tx.change(tx.one(Contact, contact_id), None, archived_at=ctx.at if gone else None)
    ctx.tell(name=contact.name, gone=gone)


@decision(may=OFFICE)
def import_customers(tx: Tx, ctx: Ctx, *, lines: list[CustomerLine]) -> int:
    """Take a piece of a list of customers in; of a number that is there only what the list says is brought up to date.

    Returns how many were added or changed.
    """
    there = {customer.number: customer for customer in customers_with(tx, [line["number"] for line in lines])}
    touched = 0
    for line in lines:
        known = there.get(line["number"])
        if known is None:
            row: dict[str, Any] = {"name": "", **line}
            check_customer(row["number"], row["name"], row.get("tier", "standard"))
            known = there[line["number"]] = Customer(id=ctx.id("customer", line["number"]), **row)
            tx.add(known)
            touched += 1
        elif any(getattr(known, field) != value for field, value in line.items()):
            known = there[line["number"]] = tx.change(known, None, **line)
            check_customer(known.number, known.name, known.tier)
            touched += 1
    ctx.tell(count=touched)
    return touched
