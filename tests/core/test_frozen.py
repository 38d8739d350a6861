"""Our quick `dataclass` makes classes that behave as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core.frozen import lean_dataclass

Maker = Callable[..., Any]


def plain(make: Maker) -> type:
    @make
    class Plain:
        number: int
        word: str = "none"
        found: list[int] = field(default_factory=list)
        hidden: int = field(default=7, repr=False)
        aside: int = field(default=0, compare=False)
        told: ClassVar[int] = 3

        @property
        def double(self) -> int:
            return self.number * 2

    return Plain


def frozen(make: Maker, **more: Any) -> type:
    @make(frozen=True, **more)
    class Frozen:
        """Of its own."""

        number: int
        word: str = "none"
        rest: tuple[int, ...] = field(default_factory=tuple)
        aside: int = field(default=0, compare=False)
        hashed: int = field(default=0, hash=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "word", self.word.upper())

    return Frozen


def by_name(make: Maker) -> type:
    @make(frozen=True, kw_only=True)
    class Base:
        word: str = "none"
        number: int

    @make(frozen=True)
    class Further(Base):
        other: int
        made: int = field(default=4, init=False)
        found: list[int] = field(default_factory=list, init=False)

        def __repr__(self) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return True

    return Further


KINDS: dict[str, Callable[[Maker], type]] = {
    "plain": plain,
    "frozen": frozen,
    "slots": lambda make: frozen(make, slots=True),
    "slots by name": lambda make: frozen(make, slots=True, kw_only=True),
    "by name": by_name,
}
ARGUMENTS = st.fixed_dictionaries(
    {"number": st.integers(0, 2)},
    optional={
        "word": st.sampled_from(["a", "b"]), "found": st.just([1]), "rest": st.just((1,)), "hidden": st.just(8),
        "aside": st.integers(0, 1), "hashed": st.integers(0, 1), "other": st.integers(0, 1),
    },
)  # fmt: skip


def tried(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except (TypeError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("kind", KINDS)
@given(first=ARGUMENTS, second=ARGUMENTS)
def test_rows_compare_print_and_hash_alike(kind: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    ours, theirs = KINDS[kind](lean_dataclass), KINDS[kind](dataclasses.dataclass)
    mine = [tried(lambda said=said: ours(**said)) for said in (first, second)]
    yours = [tried(lambda said=said: theirs(**said)) for said in (first, second)]
    assert [isinstance(row, type) for row in mine] == [isinstance(row, type) for row in yours]
    if any(isinstance(row, type) for row in mine):
        return
    for own, other in zip(mine, yours, strict=True):
        assert repr(own) == repr(other)
        assert dataclasses.asdict(own) == dataclasses.asdict(other)
        assert tried(lambda own=own: hash(own)) == tried(lambda other=other: hash(other))
        assert repr(dataclasses.replace(own, number=5)) == repr(dataclasses.replace(other, number=5))
        assert copy.deepcopy(own) == own
    assert (mine[0] == mine[1]) == (yours[0] == yours[1])
    assert mine[0] != yours[0] or kind == "by name"


@pytest.mark.parametrize("kind", KINDS)
def test_classes_say_the_same_of_themselves(kind: str) -> None:
    ours, theirs = KINDS[kind](lean_dataclass), KINDS[kind](dataclasses.dataclass)
    mine, yours = dataclasses.fields(ours), dataclasses.fields(theirs)
    assert [(f.name, f.type) for f in mine] == [(f.name, f.type) for f in yours]
    asked, wanted = inspect.signature(ours).parameters.values(), inspect.signature(theirs).parameters.values()
    assert [(p.name, p.kind) for p in asked] == [(p.name, p.kind) for p in wanted]
    assert ours.__match_args__ == theirs.__match_args__
    assert hasattr(ours, "__slots__") == hasattr(theirs, "__slots__")


@pytest.mark.parametrize("kind", ["frozen", "slots", "by name"])
def test_what_is_frozen_stays(kind: str) -> None:
    row = KINDS[kind](lean_dataclass)(**({"number": 1} | ({"other": 1} if kind == "by name" else {})))
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.number = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.unheard = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del row.number
    assert row.number == 1


@lean_dataclass(frozen=True, slots=True)
class Kept:
    number: int
    word: str = "none"


def test_a_row_with_slots_comes_back_from_a_pickle() -> None:
    assert pickle.loads(pickle.dumps(Kept(3, "b"))) == Kept(3, "b")


def test_a_default_after_which_none_follows_is_refused() -> None:
    with pytest.raises(TypeError, match="without a default"):

        @lean_dataclass
        class Wrong:
            word: str = "a"
            number: int


@pytest.mark.parametrize("base", [lean_dataclass, dataclasses.dataclass])
@pytest.mark.parametrize("further", [lean_dataclass, dataclasses.dataclass])
def test_ours_and_theirs_come_of_each_other(base: Maker, further: Maker) -> None:
    @base(frozen=True)
    class Base:
        number: int

    @further(frozen=True)
    class Further(Base):
        word: str

    row = Further(1, "a")
    assert (row.number, row.word, row == Further(1, "a")) == (1, "a", True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.number = 2
    with pytest.raises(TypeError, match="cannot inherit non-frozen"):

        @further
        class Loose(Base):
            word: str
