"""What stands in a running inspection: answers on the disk with those on their way there, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from fielddesk.features.inspections.panel.item_card import ANSWER, KEPT, NOTE
from fielddesk.features.inspections.queries import InspectionView, ItemView, ReadingRow, inspection_view
from fielddesk.features.inspections.queries.running import readings_of_all
from fielddesk.features.inspections.rules import (
    SECTION,
    Given,
    Item,
    Progress,
    failed_items,
    missing,
    next_item,
    numbers_of,
    progress_of,
    visible,
)  # fmt: skip
from fielddesk.store.outbox import Draft
from fielddesk.store.tx import Reading

Opened = tuple[InspectionView | None, Mapping[str, list[ReadingRow]], str]


def opened(read: Reading, inspection_id: str) -> Opened:
    """What a running inspection shows, the earlier readings of its items, and the item somebody was typing in last."""
    view = inspection_view(read, inspection_id)
    if view is None:
        return None, {}, ""
    c = Draft.c
    about = [inspection_id + what for what in (ANSWER, NOTE, KEPT)]
    last = next(iter(read.all(Draft, c.about_id.in_(about), order=[c.at.desc(), c.name], limit=1)), None)
    readings = readings_of_all(read, view.inspection, [each.item for each in view.items])
    return view, readings, last.name if last is not None else ""


class Standing:
    """The inspection as it stands on this screen. `view` is None until it was read."""

    def __init__(self) -> None:
        self.view: InspectionView | None = None
        self.pending: dict[str, Given | None] = {}
        """Answers on their way to the disk, by item."""
        self.saving = 0
        self._given_after: dict[str, int] = {}

    def begin(self) -> None:
        """Another inspection: nothing is known of it yet."""
        self.view, self.pending, self._given_after = None, {}, {}

    def take(self, view: InspectionView) -> None:
        """It was read: what is on its way still counts."""
        self.view = view
        if not self.saving:
            self.pending = {}

    def items(self) -> tuple[Item, ...]:
        return tuple(each.item for each in self.view.items) if self.view is not None else ()

    def answers(self) -> dict[str, Given]:
        found = dict(self.view.answers) if self.view is not None else {}
        for key, given in self.pending.items():
            if given is None:
                found.pop(key, None)
            else:
                found[key] = given
        return found

    def files(self) -> dict[str, int]:
        return self.view.file_counts if self.view is not None else {}

    def shown(self) -> tuple[Item, ...]:
        return visible(self.items(), self.answers())

    def asked(self) -> list[str]:
        """The items that are asked now, without headings."""
        return [item.key for item in self.shown() if item.kind != SECTION]

    def numbers(self) -> dict[str, int]:
        return numbers_of(self.items())

    def missing(self) -> list[str]:
        return [item.key for item in missing(self.items(), self.answers(), self.files())]

    def progress(self) -> Progress:
        return progress_of(self.items(), self.answers(), self.files())

    def item_view(self, key: str) -> ItemView:
        assert self.view is not None
        return next(each for each in self.view.items if each.item.key == key)

    def after(self, key: str) -> int:
        """Behind which moment the next answer of an item counts: all that were read, and those on their way."""
        view = self.item_view(key)
        read = max((row.at for row in (view.answer, *view.earlier) if row is not None), default=0)
        self._given_after[key] = max(read, self._given_after.get(key, -1) + 1)
        return self._given_after[key]

    def is_complete(self) -> bool:
        return self.view is not None and self.view.inspection.completed_at is not None

    def first(self, typed_in: str) -> str:
        """The item to go on with: what was being typed, else the next without answer behind the last one given."""
        assert self.view is not None
        keys = self.asked()
        answered = [each.answer for each in self.view.items if each.answer is not None and each.item.key in keys]
        last = max(answered, key=lambda answer: (answer.at, answer.id)).item if answered else None
        upcoming = next_item(self.items(), self.answers(), self.files(), last)
        if typed_in in keys:
            return typed_in
        return upcoming.key if upcoming else last or (keys[0] if keys else "")

    def following(self, now: str) -> Item | None:
        """What Next leads to: the next item behind this one, whether answered or not; at the end what has no answer."""
        keys = self.asked()
        if now in keys and keys.index(now) + 1 < len(keys):
            return self.item_view(keys[keys.index(now) + 1]).item
        if self.is_complete():
            return None
        found = next_item(self.items(), self.answers(), self.files(), now or None)
        return None if found is None or found.key == now else found

    def failed_before(self, now: str) -> str:
        """The item itself where it failed, else the last failed one before it; "" where there is none."""
        failed = [item.key for item in failed_items(self.items(), self.answers())]
        order = [item.key for item in self.items()]
        here = order.index(now) if now in order else len(order)
        return next((key for key in reversed(failed) if order.index(key) <= here), "")
