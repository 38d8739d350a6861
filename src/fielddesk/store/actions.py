"""An action is the unit of everything: what a button runs, one transaction holds, the outbox stores and HQ runs again.

A *fact* only adds rows and reads nothing but its arguments; headquarters never refuses one for the state of the
world. A *decision* (create, status, edit of a shared field) may conflict or be rejected. Inside an action there is no
clock, random number, file or network: `ctx` brings who, when and ids.
"""

from __future__ import annotations

import inspect
import threading
import typing
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic_core import ValidationError

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.core.ids import derived_id, is_id

if TYPE_CHECKING:
    from pydantic import BaseModel

Nature = Literal["fact", "decision"]
Roles = frozenset[str]


@dataclass
class Ctx:
    """Who does this, when and where from; the same on laptop and headquarters."""

    op_id: str
    at: int
    zone: str
    actor: str
    role: str
    device: str
    based_on: Mapping[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()

    def id(self, *names: str) -> str:
        """The id of a row this operation makes, from the operation's id and these names."""
        return derived_id(self.op_id, *self.prefix, *names)

    def tell(self, **values: Any) -> None:
        """Values for the sentence that the history shows of this operation."""
        self.told.update(values)

    def sub(self, name: str) -> Ctx:
        """The context for a second action's function called from this one."""
        return Ctx(
            self.op_id, self.at, self.zone, self.actor, self.role, self.device, self.based_on, self.told,
            (*self.prefix, name),
        )  # fmt: skip


Args = dict[str, Any]
Upcasts = Mapping[int, Callable[[Args, Args], tuple[Args, Args]]]
"""By version: what brings arguments, and the values a form showed, to the next one."""


def only_added(args: Args, shown: Args) -> tuple[Args, Args]:
    """The up-caster of a version that only added arguments which need not be said."""
    return args, shown


@dataclass(frozen=True)
class Action:
    """One action as it is known to laptop and headquarters."""

    kind: str
    version: int
    nature: Nature
    may: Roles
    about: str | None
    undo: str | None
    run: Callable[..., Any]
    upcasts: Upcasts

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """The model that checks the arguments; made at first use, since pydantic costs a tenth of the start."""
        return _arguments(self.run)

    def check(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as they will travel; RuleBroken with the field at fault."""
        try:
            model = self.arguments.__pydantic_validator__.validate_python(dict(args))
        except ValidationError as problem:
            raise _broken(problem) from None
        return _plain(model)

    def upcast(self, version: int, args: Args, shown: Args) -> tuple[Args, Args]:
        """Arguments and shown values of an older version, brought up to today's; RuleBroken('version_unknown') where
        that is past."""
        while version < self.version:
            if version not in self.upcasts:
                raise RuleBroken("version_unknown", kind=self.kind, version=version)
            args, shown = self.upcasts[version](args, shown)
            version += 1
        return args, shown

    def schema(self) -> dict[str, Any]:
        """The committed schema of the arguments."""
        return {"kind": self.kind, "version": self.version, "nature": self.nature} | {
            "arguments": self.arguments.model_json_schema()
        }


ACTIONS: dict[str, Action] = {}
"""Every action by its kind."""

_HANDLED = ("tx", "ctx")


Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


def fact(
    *, may: Roles, version: int = 1, about: str | None = None, undo: str | None = None, upcasts: Upcasts | None = None
) -> Callable[[Wrapped], Wrapped]:
    """Register a fact: it adds rows and is never refused by headquarters.

    `about` names the argument whose row the history shows it under (without it, the first row it adds), `undo` the
    kind of the action that takes it back, `upcasts[n]` turns arguments and shown values of version n into those of
    n + 1: a field that gets another name has it in both.
    """
    return lambda run: _register(run, "fact", may, version, about, undo, upcasts or {})


def decision(
    *, may: Roles, version: int = 1, about: str | None = None, undo: str | None = None, upcasts: Upcasts | None = None
) -> Callable[[Wrapped], Wrapped]:
    """Register a decision: it may conflict or be rejected. Arguments as in `fact`."""
    return lambda run: _register(run, "decision", may, version, about, undo, upcasts or {})


@dataclass(frozen=True)
class Call:
    """An action with its arguments, ready to be done."""

    action: Action
    args: dict[str, Any]
    based_on: dict[str, Any] | None = None
    op_id: str | None = None


def call(run: Callable[..., Any], *, based_on: Mapping[str, Any] | None = None, **args: Any) -> Call:
    """`call(add_note, order_id=…, text=…)`; `based_on` maps fields to the values the form showed.

    Raises RuleBroken with the field where an argument is not acceptable, TypeError where its name is unknown.
    """
    action = ACTIONS[run.__name__]
    unknown = set(args) - set(action.arguments.model_fields)
    if unknown:
        raise TypeError(f"{action.kind} has no argument {sorted(unknown)}")
    return Call(action, action.check(args), None if based_on is None else dict(based_on))


def ids_in(args: Any) -> set[str]:
    """Every row id that the arguments name."""
    found: set[str] = set()
    _collect(args, found)
    return found


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, str):
        if is_id(value):
            found.add(value)
    elif isinstance(value, dict):
        for inner in value.values():
            _collect(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, found)


def _register(
    run: Wrapped, nature: Nature, may: Roles, version: int, about: str | None, undo: str | None, upcasts: Upcasts
) -> Wrapped:
    kind = run.__name__
    if kind in ACTIONS and ACTIONS[kind].run.__module__ != run.__module__:
        raise TypeError(f"two actions are called {kind}")
    ACTIONS[kind] = Action(kind, version, nature, may, about, undo, run, upcasts)
    return run


_one_by_one = threading.RLock()
"""Two threads that load pydantic at once, the window's and sync's, would meet in the middle of its lazy halves."""


def _arguments(run: Callable[..., Any]) -> type[BaseModel]:
    with _one_by_one:
        return _model_of(run)


def _model_of(run: Callable[..., Any]) -> type[BaseModel]:
    from pydantic import ConfigDict, create_model

    hints = typing.get_type_hints(run, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(run).parameters.items():
        if name in _HANDLED:
            continue
        if parameter.kind is not parameter.KEYWORD_ONLY:
            raise TypeError(f"{run.__name__}: arguments of an action are keyword only")
        fields[name] = (hints[name], ... if parameter.default is parameter.empty else parameter.default)
    return create_model(
        run.__name__, __config__=ConfigDict(extra="ignore", strict=True, protected_namespaces=()), **fields
    )


def _plain(model: BaseModel) -> dict[str, Any]:
    return dict(model.__dict__)


def _broken(problem: ValidationError) -> RuleBroken:
    first = problem.errors(include_url=False, include_input=False)[0]
    place = [str(step) for step in first["loc"] if not str(step).startswith(("function-", "nullable", "constrained"))]
    code = str(first["type"])
    values = {k: v for k, v in (first.get("ctx") or {}).items() if isinstance(v, int | str)}
    return RuleBroken(code, **{**values, "field": ".".join(place)})


__all__ = ["ACTIONS", "Action", "Call", "Ctx", "call", "decision", "fact", "ids_in", "only_added"]
