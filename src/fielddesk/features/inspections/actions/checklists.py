"""Checklists and their versions: a version is never changed, the next one stands beside it."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from fielddesk.core.errors import RuleBroken
from fielddesk.core.ids import derived_id
from fielddesk.features.inspections.model import Checklist, ChecklistVersion, HelpPicture
from fielddesk.features.inspections.rules import parse_items, to_json
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Count, Id, Json, Line, Names, Opaque


class PictureLine(TypedDict):
    """A picture that the help of an item shows; its content is kept under its hash."""

    item: Code
    media_type: Line
    size: Count
    sha256: Opaque
    caption: Names | None


@decision(may=OFFICE)
def create_checklist(
    tx: Tx, ctx: Ctx, *, number: Code, names: Names, product_class: Code = "none", model_id: Id | None = None,
    items: Json | None = None, remark: Line = "",
) -> str:  # fmt: skip
    """Enter a checklist; with `items` its first version is published with it. `number` is what a strategy names."""
    _check_names(names)
    ctx.tell(number=number, names=names)
    if tx.all(Checklist, Checklist.c.number == number, Checklist.c.id != ctx.id("checklist"), limit=1):
        raise RuleBroken("checklist_number_taken", field="number", number=number)
    checklist = Checklist(
        id=ctx.id("checklist"), number=number, names=names, product_class=product_class, model_id=model_id
    )
    tx.add(checklist)
    if items is not None:
        _add_version(tx, ctx, checklist.id, 1, items, remark)
    return checklist.id


@decision(may=OFFICE, about="checklist_id", undo="edit_checklist")
def edit_checklist(
    tx: Tx, ctx: Ctx, *, checklist_id: Id, names: Names | None = None, product_class: Code | None = None,
    model_id: Id | None = None, no_model: bool = False,
) -> None:  # fmt: skip
    """Change what a checklist is called and what it is for; only the fields given are touched."""
    given: dict[str, Any] = {"names": names, "product_class": product_class, "model_id": model_id}
    news = {field: value for field, value in given.items() if value is not None}
    if no_model:
        news["model_id"] = None
    if not news:
        raise RuleBroken("nothing_to_change")
    if names is not None:
        _check_names(names)
    tx.change(tx.one(Checklist, checklist_id), ctx.based_on, **news)


@decision(may=OFFICE, about="checklist_id")
def publish_version(
    tx: Tx, ctx: Ctx, *, checklist_id: Id, version: Count, items: Json, remark: Line = "",
    pictures: list[PictureLine] | None = None,
) -> str:  # fmt: skip
    """Publish the next version of a checklist; `version` is the one after the last that was shown.

    `pictures` are those of its items' help, also the ones that the version before had. RuleBroken version_there where
    somebody else published it before.
    """
    checklist = tx.one(Checklist, checklist_id)
    ctx.tell(number=checklist.number, names=checklist.names, version=version)
    row_id = _add_version(tx, ctx, checklist_id, version, items, remark)
    for picture in pictures or ():
        tx.add(HelpPicture(id=derived_id(row_id, "picture", picture["item"]), version_id=row_id, **picture))
    return row_id


def version_id(checklist_id: str, version: int) -> str:
    """One row for a version, whoever publishes it."""
    return derived_id(checklist_id, "version", str(version))


def _add_version(tx: Tx, ctx: Ctx, checklist_id: str, version: int, items: str, remark: str) -> str:
    if version < 1 or (version > 1 and tx.get(ChecklistVersion, version_id(checklist_id, version - 1)) is None):
        raise RuleBroken("version_not_next", field="version", version=version)
    row_id = version_id(checklist_id, version)
    there = tx.get(ChecklistVersion, row_id)
    # Run anew over rows that came from headquarters meanwhile, the row may be this very operation's own.
    if there is not None and (tx.fresh or (there.by_id, there.at) != (ctx.actor, ctx.at)):
        raise RuleBroken("version_there", field="version", version=version)
    return tx.add(
        ChecklistVersion(
            id=row_id, checklist_id=checklist_id, version=version, items=to_json(parse_items(items)), remark=remark,
            by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


def _check_names(names: str) -> None:
    if names == "{}":
        raise RuleBroken("name_missing", field="names")
