"""One text for one value, whichever way it is written."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core import canonical

PLAIN = st.none() | st.text() | st.integers(-(2**63), 2**63 - 1)
TREES = st.recursive(
    PLAIN | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(TREES)
@pytest.mark.slow
def test_what_is_written_is_what_python_itself_writes_sorted_and_without_spaces(tree: Any) -> None:
    expected = json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical.dumps(tree) == expected


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_what_json_lacks_is_not_written(odd: Any) -> None:
    with pytest.raises(ValueError):
        canonical.dumps(odd)


def test_an_object_that_is_sorted_already_is_written_alike_whatever_letters_it_has() -> None:
    letters = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
    for start in range(0, len(letters), 4096):
        flat = {"a": None, "b": "".join(letters[start : start + 4096]), "c": start - 2**63}
        assert canonical.dumps_sorted(flat) == canonical.dumps(flat)


@given(st.dictionaries(st.text(), PLAIN))
def test_a_sorted_object_is_written_alike(flat: dict[str, Any]) -> None:
    assert canonical.dumps_sorted(dict(sorted(flat.items()))) == canonical.dumps(flat)
