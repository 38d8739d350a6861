"""What is shipped: the locks, their licences, a wheel with everything in it, headquarters without Qt."""

import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
# What only another system or another Python installs, so that its licence cannot be read everywhere.
ELSEWHERE = {
    "backports-tarfile": "MIT",
    "cffi": "MIT-0",
    "colorama": "BSD-3-Clause",
    "importlib-metadata": "Apache-2.0",
    "jeepney": "MIT",
    "lazy-importer": "Apache-2.0",
    "pywin32-ctypes": "BSD-3-Clause",
    "secretstorage": "BSD-3-Clause",
    "uvloop": "MIT OR Apache-2.0",
    "zipp": "MIT",
}


def locked(name: str) -> dict[str, Requirement]:
    """Each package of a lock, by its name."""
    lines = re.findall(r"^([a-z0-9].*?) ?\\?$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def asked_for(*extras: str) -> list[Requirement]:
    """The dependencies as pyproject.toml states them, with those of the extras named."""
    return [Requirement(one) for one in [*PROJECT["dependencies"], *(one for extra in extras for one in EXTRAS[extra])]]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-(?!-hash=sha256:)|@", text, re.MULTILINE)
    assert len(locked(name)) == len(re.findall(r"^[^ \n].*\\\n    --hash", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "extras"),
    [("requirements.txt", ["desk", "hq"]), ("requirements-dev.txt", ["desk", "hq", "test", "dev"])],
)
def test_a_lock_holds_what_the_project_asks_for(name: str, extras: list[str]) -> None:
    lock = locked(name)
    for wanted in asked_for(*extras):
        pinned = next(iter(lock[canonicalize_name(wanted.name)].specifier)).version
        assert wanted.specifier.contains(pinned), f"{name} pins {wanted.name} {pinned}; run packaging/lock.sh"


def test_tests_run_with_the_very_versions_that_are_shipped() -> None:
    tested = locked("requirements-dev.txt")
    assert {name: str(one) for name, one in locked("requirements.txt").items()} == {
        name: str(tested[name]) for name in locked("requirements.txt")
    }


def test_the_tests_run_in_what_is_locked() -> None:
    installed = {
        name: metadata.version(name)
        for name, one in locked("requirements-dev.txt").items()
        if one.marker is None or one.marker.evaluate()
    }
    assert {name: f"=={version}" for name, version in installed.items()} == {
        name: str(locked("requirements-dev.txt")[name].specifier) for name in installed
    }


def licence(name: str) -> str:
    """The licence a package states: its SPDX expression, else its classifiers, else the text it ships."""
    stated = metadata.metadata(name).json
    classifiers = [one for one in stated.get("classifier", []) if one.startswith("License") and one.count("::") == 2]
    texts = [file.read_text() for file in metadata.files(name) or [] if file.stem.upper() in {"LICENSE", "COPYING"}]
    words = stated.get("license_expression") or " OR ".join(classifiers) or stated.get("license")
    return str(words or "\n".join(texts))


def leaves_only_the_gpl(expression: str) -> bool:
    """Whether no choice the expression offers is free of the GPL; the LGPL is not the GPL."""
    choices = re.split(r"\s+OR\s+|/", expression.strip("() "), flags=re.IGNORECASE)
    return all(re.search(r"(?<![LA])GPL|(?<!Lesser )General Public", choice, re.IGNORECASE) for choice in choices)


def test_nothing_locked_is_under_the_gpl_only() -> None:
    stated = {}
    for name, one in locked("requirements-dev.txt").items():
        here = one.marker is None or one.marker.evaluate()
        stated[name] = licence(name) if here else ELSEWHERE[name]
    assert [name for name, words in stated.items() if not words] == []
    assert [f"{name}: {words}" for name, words in stated.items() if leaves_only_the_gpl(words)] == []


@pytest.mark.parametrize(
    ("expression", "only"),
    [
        ("GPL-3.0-only", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
    ],
)
def test_a_gpl_only_licence_is_told_from_a_choice(expression: str, only: bool) -> None:
    assert leaves_only_the_gpl(expression) is only


def test_every_dependency_has_its_reasons_written_down() -> None:
    reasons = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    assert [one.name for one in asked_for(*EXTRAS) if f"**{one.name}**" not in reasons] == []


def closure(wanted: list[Requirement]) -> set[str]:
    """The names of all packages that these and their own dependencies bring to this machine."""
    found: set[str] = set()
    open_ends = [(one, extra) for one in wanted for extra in ["", *one.extras]]
    seen: set[tuple[str, str]] = set()
    while open_ends:
        one, extra = open_ends.pop()
        name = canonicalize_name(one.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        found.add(name)
        for below in map(Requirement, metadata.requires(name) or []):
            if below.marker is None or below.marker.evaluate({"extra": extra}):
                open_ends += [(below, wish) for wish in ["", *below.extras]]
    return found


def own_entries(name: str) -> Iterator[Path]:
    """What a package put at the top of site-packages."""
    distribution = metadata.distribution(name)
    tops = {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}
    return (Path(str(distribution.locate_file(top))) for top in sorted(tops))


@pytest.fixture(scope="module")
def headquarters_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with what `fielddesk[hq]` asks for and nothing else: no Qt, no keyring, no pytest."""
    place = tmp_path_factory.mktemp("headquarters") / "venv"
    venv.create(place, symlinks=True)
    site = next(place.glob("lib/python*/site-packages"))
    for name in closure([one for one in asked_for("hq") if one.marker is None or one.marker.evaluate()]):
        for entry in own_entries(name):
            (site / entry.name).symlink_to(entry)
    (site / "fielddesk-source.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    return place / "bin" / "python"


def answer(python: Path, *words: str) -> str:
    """What Python prints, shut off from this environment; its warnings are errors."""
    command = [str(python), "-I", "-W", "error", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_headquarters_needs_neither_qt_nor_a_key_store(headquarters_python: Path) -> None:
    lacking = "import importlib.util as u; print([one for one in {} if u.find_spec(one)])"
    assert answer(headquarters_python, "-c", lacking.format(["PySide6", "shiboken6", "keyring", "pytest"])) == "[]\n"
    every = """
import importlib, pkgutil, fielddesk.hq, fielddesk.features.registry
names = [one.name for one in pkgutil.walk_packages(fielddesk.hq.__path__, "fielddesk.hq.")]
print(len([importlib.import_module(one) for one in names if not one.endswith("__main__")]))
"""
    assert int(answer(headquarters_python, "-c", every)) > 0
    assert "usage" in answer(headquarters_python, "-m", "fielddesk.hq", "--help")


@pytest.mark.slow
def test_a_wheel_carries_resources_migrations_and_licences(headquarters_python: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    wheel = next(tmp_path.glob("fielddesk-*-py3-none-any.whl"))
    inside = set(zipfile.ZipFile(wheel).namelist())
    beside = {
        f"fielddesk/_{folder}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder in ("resources", "migrations")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert beside - inside == set()
    assert {name.rpartition("/")[2] for name in inside} >= {"LICENSE", "NOTICE", "py.typed"}

    place = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(place), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=60)
    found = f"import sys; sys.path.insert(0, {str(place)!r}); from fielddesk.core import paths; print(paths.{{}}())"
    assert answer(headquarters_python, "-c", found.format("resources")).strip() == str(place / "fielddesk/_resources")
    assert answer(headquarters_python, "-c", found.format("migrations")).strip() == str(place / "fielddesk/_migrations")
