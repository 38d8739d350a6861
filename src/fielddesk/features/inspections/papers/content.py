"""What an inspection report states: the records of an order, gathered as plain JSON in no language.

Names stay in all their languages, quantities in millionths, days as ISO text: the same content, and so the same
digest, whichever language it is printed in. Items that a checklist lacks a field of are taken as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer, Site
from fielddesk.features.documents.model import Attachment
from fielddesk.features.inspections.model import Answer, Checklist, ChecklistVersion, Inspection, InspectionPlan
from fielddesk.features.parts.model import Movement, Part
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import OrderLink, SignOff, WorkOrder
from fielddesk.store.tx import Reading

Plain = dict[str, Any]

KIND: Final = "inspection_report"
EARLIER: Final = 8
"""So many earlier readings are drawn beside today's."""
FOLLOW_UP: Final = "follow_up"
_ITEM_FIELDS: Final = ("key", "kind", "names", "unit", "low", "high", "decimals", "options")
_ADDRESS: Final = ("street", "postal_code", "city", "country")


def inspection_content(read: Reading, order_id: str) -> Plain | None:
    """The content of the report of an order; None where the order has no inspection, or is not on this laptop."""
    order = read.get(WorkOrder, order_id)
    inspections = _inspections(read, order_id)
    if order is None or not inspections:
        return None
    photos = _photos(read, order_id)
    told = [_inspection(read, one, photos) for one in inspections]
    customer = read.get(Customer, order.customer_id)
    content: Plain = {
        "kind": KIND,
        "about": {"order_id": order.id, "asset_id": told[0]["asset_id"], "customer_id": order.customer_id},
        "order": {"number": order.number, "title": order.title},
        "customer": _row(customer, "number", "name", *_ADDRESS),
        "site": _row(read.get(Site, order.site_id) if order.site_id else None, "name", *_ADDRESS),
        "inspections": told,
        "parts": _parts(read, order_id),
        "photos": photos.get("none", []),
        "sign_off": _sign_off(read, order_id),
    }
    content["pictures"] = sorted(_hashes(content))
    content["language"] = customer.language if customer else "en"
    return content


def _row(row: Any, *names: str) -> Plain | None:
    """Some fields of a row; None where it is not here."""
    return None if row is None else {name: getattr(row, name) for name in names}


def _inspections(read: Reading, order_id: str) -> list[Inspection]:
    c = Inspection.c
    return read.all(Inspection, c.order_id == order_id, c.archived_at.is_(None), order=[c.id])


def _inspection(read: Reading, one: Inspection, photos: Mapping[str, list[Plain]]) -> Plain:
    version = read.get(ChecklistVersion, one.version_id)
    checklist = read.get(Checklist, version.checklist_id) if version else None
    plan = read.get(InspectionPlan, one.plan_id) if one.plan_id else None
    answers = _answers(read, one)
    people = _people(read, (answer.by_id for answer in answers.values()))
    follow_ups = _follow_ups(read, one.order_id)
    earlier = _earlier(read, one)
    items = []
    for item in _items(version):
        key = str(item.get("key", ""))
        told: Plain = {name: item[name] for name in _ITEM_FIELDS if name in item}
        told["answer"] = _answer(answers[key], people) if key in answers else None
        told["photos"] = photos.get(key, [])
        if item.get("when") and told["answer"] is None and not told["photos"]:
            continue  # it is not asked, or was not when the inspection ended
        told["follow_ups"] = follow_ups.get(key, [])
        told["earlier"] = earlier.get(key, []) if item.get("kind") == "number" else []
        items.append(told)
    asset = read.get(Asset, one.asset_id)
    return {
        "asset_id": one.asset_id,
        "asset": _row(asset, "name", "serial", "model", "software_version", "building", "position"),
        "checklist": {
            "number": checklist.number if checklist else "",
            "names": canonical.loads(checklist.names) if checklist else {},
            "version": version.version if version else 0,
        },
        "plan": {"rule": plan.rule, "mode": plan.mode} if plan else None,
        "due_on": one.due_on,
        "started_at": one.started_at,
        "completed_at": one.completed_at,
        "completed_on": one.completed_on,
        "by": sorted(set(people.values())),
        "items": _without_empty_sections(items),
    }


def _items(version: ChecklistVersion | None) -> list[Plain]:
    """The items of a version; what is no list of objects is none."""
    if version is None:
        return []
    try:
        tree = canonical.loads(version.items)
    except ValueError:
        return []
    return [item for item in tree if isinstance(item, dict)] if isinstance(tree, list) else []


def _without_empty_sections(items: list[Plain]) -> list[Plain]:
    return [
        item
        for place, item in enumerate(items)
        if item.get("kind") != "section" or (place + 1 < len(items) and items[place + 1].get("kind") != "section")
    ]


def _answers(read: Reading, one: Inspection) -> dict[str, Answer]:
    """The newest answer of each item; one that was taken back is none."""
    c = Answer.c
    found = read.all(Answer, c.inspection_id == one.id, c.archived_at.is_(None), order=[c.at, c.id])
    newest = {answer.item: answer for answer in found}
    return {key: answer for key, answer in newest.items() if answer.verdict != "none"}


def _answer(answer: Answer, people: Mapping[str, str]) -> Plain:
    return {
        "verdict": answer.verdict,
        "number": answer.number,
        "choice": answer.choice,
        "text": answer.text,
        "day": answer.day,
        "questioned": answer.questioned,
        "kept_because": answer.kept_because,
        "by": people.get(answer.by_id, ""),
        "at": answer.at,
    }


def _earlier(read: Reading, one: Inspection) -> dict[str, list[Plain]]:
    """Readings of the same asset in earlier inspections that were completed, by item, the oldest first."""
    end = one.completed_at if one.completed_at is not None else 2**62
    c, i = Answer.c, Inspection.c
    query = (
        sa.select(c.item, c.inspection_id, c.verdict, c.number, i.completed_on, i.completed_at, c.at)
        .select_from(Answer.__table__.join(Inspection.__table__, i.id == c.inspection_id))
        .where(c.asset_id == one.asset_id, i.id != one.id, i.completed_at.is_not(None), i.completed_at < end)
        .where(c.archived_at.is_(None), i.archived_at.is_(None))
        .order_by(c.item, c.at, c.id)
    )
    newest = {(row[0], row[1]): row for row in map(tuple, read.rows(query))}
    found: dict[str, list[Plain]] = {}
    for row in sorted(newest.values(), key=lambda each: (each[0], each[5], each[1])):
        if row[3] is not None and row[2] != "none":
            found.setdefault(row[0], []).append({"number": row[3], "on": row[4], "at": row[5]})
    return {key: readings[-EARLIER:] for key, readings in found.items()}


def _photos(read: Reading, order_id: str) -> dict[str, list[Plain]]:
    """Pictures of an order by item; one that was drawn on stands in place of the one under it."""
    c = Attachment.c
    found = read.all(Attachment, c.order_id == order_id, c.archived_at.is_(None), order=[c.at, c.id])
    pictures = [one for one in found if one.media_type.startswith("image/") and one.kind not in ("signature", "help")]
    under = {one.original_id for one in pictures if one.original_id}
    told: dict[str, list[Plain]] = {}
    for one in pictures:
        if one.id not in under:
            told.setdefault(one.item, []).append({"sha256": one.sha256, "caption": one.caption})
    return told


def _follow_ups(read: Reading, order_id: str) -> dict[str, list[str]]:
    """Numbers of the orders that came out of failed items, by item."""
    c = OrderLink.c
    links = read.all(OrderLink, c.order_id == order_id, c.kind == FOLLOW_UP, c.archived_at.is_(None), order=[c.id])
    numbers = {order.id: order.number for order in read.among(WorkOrder, [link.other_id for link in links])}
    found: dict[str, list[str]] = {}
    for link in links:
        if link.other_id in numbers:
            found.setdefault(link.item, []).append(numbers[link.other_id])
    return found


def _parts(read: Reading, order_id: str) -> list[Plain]:
    """What was fitted and not taken back, by part number."""
    c, p = Movement.c, Part.c
    query = (
        sa.select(p.number, p.names, p.unit, -sa.func.sum(c.quantity))
        .select_from(Movement.__table__.join(Part.__table__, p.id == c.part_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .group_by(p.number, p.names, p.unit)
        .order_by(p.number)
    )
    return [
        {"number": row[0], "names": canonical.loads(row[1]), "unit": row[2], "quantity": int(row[3])}
        for row in map(tuple, read.rows(query))
        if row[3]
    ]


def _sign_off(read: Reading, order_id: str) -> Plain | None:
    c = SignOff.c
    found = read.all(
        SignOff, c.order_id == order_id, c.archived_at.is_(None), order=[c.at.desc(), c.id.desc()], limit=1
    )
    names = ("signer", "signature", "not_signed_because", "satisfaction", "recommendation", "comment", "at")
    if not found:
        return None
    told = _row(found[0], *names) or {}
    return {**told, "by": _people(read, [found[0].by_id]).get(found[0].by_id, "")}


def _people(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    return {person.id: person.name for person in read.among(User, ids)}


def _hashes(content: Plain) -> set[str]:
    """Every picture that the report shows."""
    items = [item for one in content["inspections"] for item in one["items"]]
    found = {photo["sha256"] for item in items for photo in item["photos"]}
    found |= {photo["sha256"] for photo in content["photos"]}
    if content["sign_off"] and content["sign_off"]["signature"]:
        found.add(content["sign_off"]["signature"])
    return found
