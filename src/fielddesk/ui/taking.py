"""The field of a form that takes a record of the store: found by typing, named again when the form is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Words

OFFERED: Final = 5


class RecordPicker(Picker):
    """`find(read, text)` gives the rows that fit, `named(read, ids)` the titles of rows by id."""

    def __init__(
        self,
        bench: Bench,
        key: str,
        label: Words,
        find: Callable[[Reading, str], Sequence[Row]],
        named: Callable[[Reading, Iterable[str]], dict[str, str]],
        *,
        needed: bool = False,
        hint: Words = "",
    ) -> None:
        self._bench, self._find, self._named = bench, find, named
        super().__init__(key, label, self._ask_rows, needed=needed, hint=hint)

    def _ask_rows(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        self._bench.read(lambda read: list(self._find(read, text)[:OFFERED]), then, key=f"pick.{id(self)}")

    def _set_shown(self, value: Any) -> None:
        super()._set_shown(value)
        if value and value not in self._titles:
            self._bench.read(partial(self._ask_name, str(value)), self._take_name, key=f"pick.name.{id(self)}")

    def _ask_name(self, row_id: str, read: Reading) -> tuple[str, str]:
        return row_id, self._named(read, [row_id]).get(row_id, "")

    def _take_name(self, answer: tuple[str, str]) -> None:
        row_id, title = answer
        self.name(row_id, title or "…")

    def put_back(self, row_id: str, then: Callable[[str], None] | None = None) -> None:
        """Take a row by id, as a draft remembers one; `then` where it is still here."""

        def take(answer: tuple[str, str]) -> None:
            if answer[1]:
                self.name(*answer)
                self.start(row_id)
                if then is not None:
                    then(row_id)

        self._bench.read(partial(self._ask_name, row_id), take, key=f"pick.name.{id(self)}")
