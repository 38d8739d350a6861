"""`dataclass` as the standard library has it, made three times as fast: a start makes some two hundred of them.

The standard one compiles up to six functions for each class. Here only `__init__` is compiled; the others are the same
for all classes and read the fields. What one asks for beyond `frozen` and `kw_only` goes to the standard one.
To a type checker it is the standard one.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any

_LEAN = frozenset({"frozen", "kw_only", "slots"})
_NOT_GIVEN: Any = object()
_PARENT = "__dataclass_fields__"
_PARAMETERS = "__dataclass_params__"


def lean_dataclass(cls: type | None = None, /, **options: Any) -> Any:
    """A class decorator like `dataclasses.dataclass`, with the same options."""
    if cls is None:
        return lambda named: lean_dataclass(named, **options)
    frozen, slots = options.get("frozen", False), options.get("slots", False)
    if set(options) - _LEAN or (slots and hasattr(cls, _PARENT)):
        return dataclasses.dataclass(**options)(cls)
    if cls.__doc__ is None:
        cls.__doc__ = f"{cls.__name__}(…)"  # the standard one writes the whole signature, which takes its time
    own = frozenset(cls.__dict__)
    kw_only = options.get("kw_only", False)
    with _thawed(cls.__mro__[1:] if frozen else ()):
        cls = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only, slots=slots)(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    compared = _values_of([name for name, field in fields.items() if field.compare])
    hashed = [name for name, field in fields.items() if (field.compare if field.hash is None else field.hash)]
    made: dict[str, Any] = {
        "__init__": _init_of(cls, list(fields.values()), slots),
        "__repr__": _repr_of([name for name, field in fields.items() if field.repr]),
        "__eq__": _eq_of(compared),
        "__hash__": _hash_of(_values_of(hashed)) if frozen else None,
    }
    if "__eq__" in own and cls.__dict__.get("__hash__") is None:
        own -= {"__hash__"}  # Python sets it to None beside an __eq__; that is nobody's wish
    if frozen:
        made |= {"__setattr__": _set, "__delattr__": _delete}
        getattr(cls, _PARAMETERS).frozen = True
        if slots:
            made |= {"__getstate__": _state, "__setstate__": _come_back}
    for name in made.keys() - own:
        setattr(cls, name, made[name])
    return cls


_one_by_one = threading.Lock()


@contextmanager
def _thawed(parents: tuple[type, ...]) -> Iterator[None]:
    """Frozen parents count as not frozen meanwhile: the standard library lets both kinds only come of their own."""
    found = [params for each in parents if (params := each.__dict__.get(_PARAMETERS)) is not None and params.frozen]
    with _one_by_one:
        for params in found:
            params.frozen = False
        try:
            yield
        finally:
            for params in found:
                params.frozen = True


def _init_of(cls: type, fields: list[dataclasses.Field[Any]], slots: bool) -> Callable[..., Any]:
    names: dict[str, Any] = {"_not_given": _NOT_GIVEN}
    plain: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for place, field in enumerate(fields):
        value, word = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"_make{place}"] = field.default_factory
            word = f"{field.name}=_not_given"
            value = f"_make{place}() if {field.name} is _not_given else {field.name}"
            if not field.init:
                value = f"_make{place}()"
        elif field.default is not dataclasses.MISSING:
            names[f"_default{place}"] = field.default
            word = f"{field.name}=_default{place}"
        if field.init:
            (by_name if field.kw_only else plain).append(word)
        elif field.default_factory is dataclasses.MISSING:
            continue  # what the class says holds
        if slots:
            names[f"_set{place}"] = getattr(cls, field.name).__set__
        body.append(f" _set{place}(_self, {value})" if slots else f" _own[{field.name!r}] = {value}")
    if any("=" in before and "=" not in after for before, after in pairwise(plain)):
        raise TypeError(f"{cls.__name__}: a field without a default follows one with a default")
    taken = ", ".join(["_self", *plain, *(["*", *by_name] if by_name else [])])
    if hasattr(cls, "__post_init__"):
        body.append(" _self.__post_init__()")
    body.insert(0, " pass" if slots else " _own = _self.__dict__")
    exec("\n".join([f"def __init__({taken}):", *body]), names)
    init: Callable[..., Any] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _values_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda row: ()
    only = attrgetter(names[0])
    return lambda row: (only(row),)


def _repr_of(names: list[str]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({said})"

    return __repr__


def _eq_of(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, Any], bool]:
    def __eq__(self: Any, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    return __eq__


def _hash_of(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __hash__


def _set(self: Any, name: str, value: Any) -> None:
    _refuse(self, name, "assign to")
    object.__setattr__(self, name, value)


def _delete(self: Any, name: str) -> None:
    _refuse(self, name, "delete")
    object.__delattr__(self, name)


def _refuse(row: Any, name: str, what: str) -> None:
    cls = type(row)
    if "__dataclass_fields__" in cls.__dict__ or name in cls.__dataclass_fields__:
        raise dataclasses.FrozenInstanceError(f"cannot {what} field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _come_back(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = lean_dataclass
