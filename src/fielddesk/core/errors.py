"""What can go wrong, as a code and values; the sentence is made where it is shown, in that person's language."""

from __future__ import annotations

from typing import Any


class FieldDeskError(Exception):
    """Something that a person is told: `code` names it, `values` fill its sentence."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code}({inside})"


class RuleBroken(FieldDeskError):
    """A rule of an action said no; it travels and is stored. `field` in values names the input at fault."""


class RowMissing(RuleBroken):
    """A row that an operation names is not there; a fact waits for it, a decision is rejected."""

    def __init__(self, table: str, row_id: str) -> None:
        super().__init__("row_missing", table=table, id=row_id)


class Conflict(FieldDeskError):
    """Somebody else changed what this edit started from.

    `fields` maps each field in question to `{"base", "mine", "theirs"}`.
    """

    def __init__(self, table: str, row_id: str, fields: dict[str, dict[str, Any]]) -> None:
        super().__init__("conflict", table=table, id=row_id, fields=fields)
        self.table = table
        self.row_id = row_id
        self.fields = fields


class StoreProblem(FieldDeskError):
    """The disk, the key or the file of the store is not as it should be."""


class NetworkProblem(FieldDeskError):
    """Headquarters could not be reached or did not answer as headquarters does; nothing was touched."""
