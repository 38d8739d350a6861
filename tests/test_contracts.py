"""Who may import what, where the import linter's own contracts in pyproject.toml cannot look."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

SOURCE = Path(__file__).parent.parent / "src"

# What is imported -> the only modules that may. A pattern's * also stands for dots.
ONLY = {
    "sqlalchemy.orm": [],
    "requests": ["fielddesk.sync.client"],
    "urllib3": ["fielddesk.sync.client"],
    "urllib.request": ["fielddesk.sync.client"],
    "http.client": ["fielddesk.sync.client"],
    "httpx": [],
    "aiohttp": [],
    "PySide6.QtNetwork.QNetworkAccessManager": [],
    "PySide6.QtCharts": [],
    "sqlite3": [],
    "sqlcipher3": ["fielddesk.store.*"],
    "psycopg": ["fielddesk.store.*"],
    "sqlalchemy.dialects": ["fielddesk.store.*"],
    "alembic": ["fielddesk.store.*"],
    "keyring": ["fielddesk.store.keys"],
    "fastapi": ["fielddesk.hq.*"],
    "uvicorn": ["fielddesk.hq.*"],
}

# What no rule and no action may touch: the same arguments must give the same rows everywhere, for ever.
UNREPEATABLE = ["fielddesk.core.clock", "time", "random", "secrets", "uuid", "zoneinfo", "locale", "os", "pathlib"]
SENTENCES = ["fielddesk.core.i18n", "gettext", "babel"]


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Each thing a file imports, by its full dotted name, wherever in the file it stands."""
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def breaches(names: Mapping[str, Sequence[str]], of: str = "fielddesk*") -> list[str]:
    """Lines like "fielddesk.hq.feed imports psycopg.sql" for modules matching `of` that `names` does not allow."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        module = module_name(path)
        if not fnmatch(module, of):
            continue
        for imported in imports(path):
            for name, allowed in names.items():
                if f"{imported}.".startswith(f"{name}.") and not any(fnmatch(module, may) for may in allowed):
                    found.append(f"{module} imports {imported}")
    return found


def test_a_foreign_package_is_imported_only_where_it_belongs() -> None:
    assert breaches(ONLY) == []


@pytest.mark.parametrize("layer", ["rules", "actions"])
def test_rules_and_actions_ask_no_clock_and_roll_no_dice(layer: str) -> None:
    for of in (f"fielddesk.features.*.{layer}", f"fielddesk.features.*.{layer}.*"):
        assert breaches(dict.fromkeys(UNREPEATABLE, ()), of=of) == []


@pytest.mark.parametrize("layer", ["rules", "actions"])
def test_rules_and_actions_take_the_moment_from_their_arguments(layer: str) -> None:
    asking = [
        f"{module_name(path)}:{node.lineno} asks for {node.attr}()"
        for path in sorted(SOURCE.glob("fielddesk/features/*/**/*.py"))
        if f".{layer}." in f"{module_name(path)}."
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    ]
    assert asking == []


@pytest.mark.parametrize("layer", ["rules", "actions", "queries", "model"])
def test_no_sentence_is_made_below_the_screen(layer: str) -> None:
    for of in (f"fielddesk.features.*.{layer}", f"fielddesk.features.*.{layer}.*"):
        assert breaches(dict.fromkeys(SENTENCES, ()), of=of) == []


def circle(graph: grimp.ImportGraph) -> list[str]:
    """Modules that import each other in a ring, first one repeated; imports written inside a function count too."""
    try:
        TopologicalSorter({one: graph.find_modules_directly_imported_by(one) for one in graph.modules}).prepare()
    except CycleError as found:
        ring: list[str] = found.args[1]
        return ring
    return []


def test_no_module_imports_itself_in_a_circle_not_even_inside_a_function() -> None:
    assert circle(grimp.build_graph("fielddesk", cache_dir=None)) == []


def test_a_circle_of_imports_inside_a_function_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "workshop_of_this_test"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "till.py").write_text("from workshop_of_this_test import stock\n")
    (package / "stock.py").write_text("def sell():\n    from workshop_of_this_test import till\n")
    monkeypatch.syspath_prepend(tmp_path)
    graph = grimp.build_graph(package.name, cache_dir=None)
    assert set(circle(graph)) == {f"{package.name}.till", f"{package.name}.stock"}


# A file that breaks a rule, and what the linter must say of it.
PLANTED = {
    "core/planted.py": ("import fielddesk.store.tx", "fielddesk.core is not allowed to import fielddesk.store"),
    "store/planted.py": ("import PySide6.QtCore", "fielddesk.store is not allowed to import PySide6"),
    "ui/planted.py": ("import fielddesk.sync", "fielddesk.ui is not allowed to import fielddesk.sync"),
    "hq/planted.py": ("import fielddesk.ui.planted", "fielddesk.hq is not allowed to import fielddesk.ui"),
    "helpers.py": ("", "- fielddesk.helpers"),
    "features/people/utils.py": ("", "- fielddesk.features.people.utils"),
    "features/astrology/__init__.py": ("", "- fielddesk.features.astrology"),
    "features/people/rules.py": (
        "def hidden():\n    import fielddesk.features.workorders.model",
        "fielddesk.features.people is not allowed to import fielddesk.features.workorders",
    ),
    "features/assets/rules.py": (
        "import fielddesk.features.assets.model",
        "fielddesk.features.assets.rules is not allowed to import fielddesk.features.assets.model",
    ),
    "features/parts/actions.py": (
        "import PySide6",
        "fielddesk.features.parts.actions is not allowed to import PySide6",
    ),
    "features/parts/rules.py": (
        "import sqlalchemy",
        "fielddesk.features.parts.rules is not allowed to import sqlalchemy",
    ),
}


def test_the_linter_refuses_a_house_that_breaks_its_rules(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for file, (line, _) in PLANTED.items():
        path = tmp_path / "src" / "fielddesk" / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{line}\n", encoding="utf-8")
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache", "--config", SOURCE.parent / "pyproject.toml"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src"), "COLUMNS": "200"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert [words for _, words in PLANTED.values() if words not in done.stdout] == []


def test_every_folder_of_the_program_says_what_it_is() -> None:
    silent = [
        module_name(path)
        for path in sorted(SOURCE.rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
