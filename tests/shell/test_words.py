"""Every state of sync and every refusal that can reach a person has words, in three languages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

import fielddesk.shell.problems  # noqa: F401 - brings the sentences of the start
from fielddesk.core.errors import RuleBroken, StoreProblem
from fielddesk.core.i18n import LANGUAGES, speaking
from fielddesk.features.sync_centre.panel import ICONS, connection_words, reason_words, why_words
from fielddesk.shell.places import FEATURES
from fielddesk.shell.problems import trouble
from fielddesk.sync import status
from fielddesk.sync.status import Status
from fielddesk.ui import icons
from fielddesk.ui.wording import sentence

SOURCE = Path(status.__file__).parents[1]
CODES = get_args(status.Code)
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def all_sentences() -> None:
    from importlib import import_module

    for name in (*FEATURES, "sync_centre"):
        import_module(f"fielddesk.features.{name}.page")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_sync_has_words_and_an_icon(language: str) -> None:
    for code in CODES:
        said = Status(code, values={"removed": 80, "of": 100}, done=1, total=3, since=1_800_000_000_000_000)
        with speaking(language):
            words = connection_words(said, "UTC")
            assert words, code
            assert language == "en" or CHINESE.search(words), (code, words)
            why_words(said)
        assert icons.character(ICONS[code]) if hasattr(icons, "character") else ICONS[code]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_that_say_what_to_do(language: str) -> None:
    with speaking(language):
        for problem in (*status.OFFLINE, *status.WAITING, *status.BLOCKED):
            words = reason_words(problem, {"seconds": 5, "limit": 1, "what": "x", "by": "x"})
            assert f"({problem})" not in words, problem
            assert words[-1] in ".。", problem
            assert language == "en" or CHINESE.search(words), problem


def test_offline_says_since_when_and_when_it_is_tried_again() -> None:
    said = Status("offline", "no_route", since=1_800_000_000_000_000, retry_in=300_000_000)
    assert connection_words(said, "UTC") == "Offline since 08:00"
    assert why_words(said).endswith("Tried again in 5 min.")
    assert "within a minute" in why_words(replace(said, retry_in=5_000_000))


def test_a_clock_that_is_off_is_said() -> None:
    said = Status("agreed", clock_ahead=600_000_000)
    assert "10 min fast" in why_words(said)
    assert "10 min slow" in why_words(replace(said, clock_ahead=-600_000_000))
    assert why_words(replace(said, clock_ahead=5_000_000)) == ""


def test_every_rule_has_a_sentence() -> None:
    """Every code that any rule, type or headquarters gives; what only its own command line shows is left out."""
    only_at_headquarters = {
        "administrator_missing", "founded_already", "login_unknown", "login_taken", "operation_settled",
        "operation_unknown", "device_unknown", "column_unknown", "encoding_unknown", "row_unreadable", "action_failed",
        "checklist_file_unreadable", "checklist_file_wrong",
    }  # fmt: skip
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        found |= set(re.findall(r'(?:RuleBroken|wrong)\(\s*"([a-z_0-9]+)"', path.read_text(encoding="utf-8")))
    values = {
        "limit": 5, "low": 1, "high": 2, "n": 1, "field": "name", "status": "open", "wanted": "open", "kind": "x",
        "table": "asset", "id": "x", "most": 1, "version": 1, "role": "x", "number": "1", "login": "x",
        "file": "x", "why": "x", "row": 1, "refused": 2, "value": "x", "either": "x", "other": "x",
    }  # fmt: skip
    without = [
        code
        for code in sorted(found - only_at_headquarters)
        if sentence(RuleBroken(code, **values)).endswith(f"({code}).")
    ]
    assert without == []


def test_every_store_problem_has_a_page_of_its_own() -> None:
    """What opening a profile can raise; the rest are files that are named in the sentence of who asked for them."""
    found: set[str] = set()
    for name in ("laptop", "rebuild", "profile", "instance", "disk", "connect", "migrate", "keys"):
        text = (SOURCE / "store" / f"{name}.py").read_text(encoding="utf-8")
        found |= set(re.findall(r'StoreProblem\(\s*"([a-z_]+)"', text))
    told = {"store_rebuilt", "header_recovered", "journal_damaged", "work_brought_back", "store_upgraded"}
    typed = {code for code in found if code.startswith(("recovery_code", "recovery_key", "sealed_key"))}
    inside = {"file_missing", "upgrade_changed_rows", "upgrade_lost_operations"}
    without = [
        code
        for code in sorted(found - told - typed - inside)
        if trouble(StoreProblem(code)).fact == "FieldDesk could not start"
    ]
    assert without == []
