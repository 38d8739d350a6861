"""Takes checklists from files into headquarters: those that are shipped, or ones an engineer wrote in an editor.

A file is a JSON object with `number`, `names`, `product_class`, `remark` and `items`, these as inspections/rules
describes them but with numbers as one writes them: 92.5 is "92.5" (in quotes) or a whole number. Taken twice, a file
changes nothing; with other items it becomes the next version. The pictures of its items' help lie in a folder beside
it, of its name without the ending, each under the key of its item: press-quarterly/rod-seal.png.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.core.paths import resources
from fielddesk.features.inspections.actions import create_checklist, publish_version
from fielddesk.features.inspections.model import Checklist
from fielddesk.features.inspections.queries import latest_version
from fielddesk.features.inspections.rules import parse_items, to_json
from fielddesk.store.actions import Call, call

LARGEST_FILE = 4_000_000
MILLION = 1_000_000
PICTURES = {".png": "image/png", ".jpg": "image/jpeg"}
_NUMBERS = ("low", "high", "at_least", "at_most", "quantity")


class Office(Protocol):
    """What is needed of headquarters."""

    def perform(self, calls: Sequence[Call], user_id: str) -> Any: ...

    def read(self) -> Any: ...

    @property
    def files(self) -> Any:
        """Where contents are kept; None where this office keeps none."""
        ...


@dataclass(frozen=True)
class Published:
    """A checklist that was taken from a file; `version` is its newest, `changed` whether the file made it."""

    checklist_id: str
    version_id: str
    version: int
    changed: bool


def shipped() -> list[Path]:
    """The files of the checklists that FieldDesk brings along."""
    return sorted((resources() / "checklists").glob("*.json"))


def publish_checklist_file(office: Office, user_id: str, path: Path) -> Published:
    """Take a checklist in, or its next version.

    Raises RuleBroken: checklist_file_unreadable, checklist_file_wrong (what), or what `parse_items` says of an item.
    """
    tree = _read(path)
    text = to_json(parse_items(_in_millionths(tree["items"])))
    with office.read() as read:
        known = next(iter(read.all(Checklist, Checklist.c.number == tree["number"], limit=1)), None)
        newest = latest_version(read, known.id) if known else None
    if known is not None and newest is not None and newest.items == text:
        return Published(known.id, newest.id, newest.version, False)
    version = newest.version + 1 if newest else 1
    pictures = _pictures(office, path, text)
    if known is None:
        checklist_id = office.perform([_created(tree)], user_id).results[0]
    else:
        checklist_id = known.id
    publish = call(
        publish_version, checklist_id=checklist_id, version=version, items=text, remark=tree["remark"],
        pictures=pictures,
    )  # fmt: skip
    version_id = office.perform([publish], user_id).results[0]
    return Published(checklist_id, version_id, version, True)


def _created(tree: dict[str, Any]) -> Call:
    return call(
        create_checklist, number=tree["number"], names=canonical.dumps(tree["names"]),
        product_class=tree["product_class"],
    )  # fmt: skip


def _pictures(office: Office, path: Path, items: str) -> list[dict[str, Any]]:
    """Keep the pictures beside a file; what the action wants to know of each."""
    if office.files is None:
        return []
    found = []
    for item in parse_items(items):
        for ending, media_type in PICTURES.items():
            picture = path.with_suffix("") / f"{item.key}{ending}"
            if item.picture and picture.is_file():
                blob = office.files.keep(picture.read_bytes())
                found.append(
                    {"item": item.key, "media_type": media_type, "size": blob.size, "sha256": blob.sha256,
                     "caption": None}
                )  # fmt: skip
                break
    return found


def is_checklist_file(path: Path) -> bool:
    """Whether a file looks like a checklist, by its first kilobytes."""
    if path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as file:
            head = file.read(8192)
    except OSError:
        return False
    return b'"items"' in head or (b'"number"' in head and b'"names"' in head and head.lstrip()[:1] == b"{")


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise RuleBroken("checklist_file_wrong", file=path.name, what="size")
        tree = canonical.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (OSError, ValueError) as problem:
        raise RuleBroken("checklist_file_unreadable", file=path.name, why=type(problem).__name__) from None
    if not isinstance(tree, dict):
        raise RuleBroken("checklist_file_wrong", file=path.name, what="object")
    tree = {"product_class": "none", "remark": "", **tree}
    for name, kind in (("number", str), ("names", dict), ("product_class", str), ("remark", str), ("items", list)):
        if not isinstance(tree.get(name), kind):
            raise RuleBroken("checklist_file_wrong", file=path.name, what=name)
    return tree


def _in_millionths(tree: Any, depth: int = 8) -> Any:
    """The same tree with the numbers that are quantities in millionths; what is none is left for its reader."""
    if depth == 0:
        return tree
    if isinstance(tree, list):
        return [_in_millionths(one, depth - 1) for one in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        name: _millionths(value) if name in _NUMBERS else _in_millionths(value, depth - 1)
        for name, value in tree.items()
    }


def _millionths(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 40:
        return value
    try:
        exact = Decimal(value) * MILLION
        return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**16 else value
    except (ArithmeticError, ValueError):
        return value
