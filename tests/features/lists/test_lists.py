"""What is known of lists: which kind they are, which columns, which words; and our own come back as they went out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fielddesk.core import i18n, sheets
from fielddesk.core.errors import RuleBroken
from fielddesk.features.lists import rules
from fielddesk.features.lists.dialogs import ENCODING_WORDS, HEADS, cell_words, head_words
from fielddesk.features.lists.queries import guess_plan
from fielddesk.features.workorders.rules import KINDS as ORDER_KINDS
from fielddesk.features.workorders.rules import STATES


@pytest.mark.parametrize(
    ("heads", "kind", "columns"),
    [
        ("part_number,title,category,keywords,moved_to", "parts", {"number": 0, "names.en": 1, "replaced_by": 4}),
        ("客户编号,客户名称,地址,邮编,城市", "customers", {"number": 0, "name": 1, "street": 2, "city": 4}),
        ("客戶編號,設備序號,設備名稱,機型", "assets", {"customer": 0, "serial": 1, "name": 2, "model": 3}),
        ("工单编号,客户,标题,类型,状态", "orders", {"number": 0, "customer": 1, "title": 2, "status": 4}),
        ("Kundennummer,Firma,Straße,PLZ,Ort", "customers", {"number": 0, "name": 1, "street": 2, "city": 4}),
        ("Serial No.,Customer (number),Machine", "assets", {"serial": 0, "customer": 1, "name": 2}),
    ],
)
def test_a_list_is_known_by_its_heads(heads: str, kind: str, columns: dict[str, int]) -> None:
    found = heads.split(",")
    assert rules.guess_kind(found) == kind
    assert rules.map_columns(found, kind).items() >= columns.items()


@pytest.mark.parametrize("heads", ["name,colour", "x,y,z", "", "Number", "1,2,3"])
def test_heads_of_something_else_are_no_list(heads: str) -> None:
    assert rules.guess_kind(heads.split(",")) == ""


def test_a_title_above_the_heads_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Installed base 2028,,\n\nCustomer number,Serial,Name\nC-1,S-1,Press\n", "utf-8")
    plan, _first = guess_plan(path, sheets.look_at(path))
    assert (plan.kind, plan.header) == ("assets", 3)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", rules.KINDS)
def test_the_heads_of_our_own_lists_are_understood_in_every_language(language: str, kind: str) -> None:
    with i18n.speaking(language):
        heads = [head_words(kind, target.key) for target in rules.TARGETS[kind]]
    assert list(HEADS[kind]) == [target.key for target in rules.TARGETS[kind]]
    assert rules.guess_kind(heads) == kind
    assert rules.map_columns(heads, kind) == {target.key: n for n, target in enumerate(rules.TARGETS[kind])}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_words_of_our_own_lists_are_understood_in_every_language(language: str) -> None:
    said = {name: list(dict.fromkeys(codes.values())) for name, codes in rules.CODES.items()}
    said |= {"order_kind": list(ORDER_KINDS), "order_status": list(STATES)}
    waiting = ("assigned", "on_hold")  # a list cannot give an order to a person: elsewhere it is an open one
    with i18n.speaking(language):
        for name, codes in said.items():
            for code in codes:
                assert rules.code_of(name, cell_words(name, code, "UTC")) == ("open" if code in waiting else code)


def test_a_word_that_stands_for_nothing_is_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.code_of("unit", "parsec")
    assert (refused.value.code, refused.value.values["value"]) == ("word_not_known", "parsec")


def test_every_encoding_that_is_guessed_can_be_chosen() -> None:
    from fielddesk.core.encodings import ENCODINGS

    assert set(ENCODING_WORDS) == set(ENCODINGS)
