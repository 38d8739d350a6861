"""The few choices that are no secret and are needed before the store is open: language, theme, text size, last profile.

Pages that tell what went wrong at start speak with these. A file that cannot be read is no reason to stop: the
choices are then those of the system.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from fielddesk.core.frozen import dataclass
from fielddesk.core.languages import LANGUAGES

FILE = "choices.json"
SCHEMES = ("light", "dark", "contrast")


@dataclass(frozen=True)
class Choices:
    """`language` and `theme` None follow the system; `text_size` in per cent; `profile` is a folder's name.

    `window` is where the window stood (left, top, width, height, 1 when maximised), `place` what it showed: copies of
    what the store keeps, so that the window need not jump when the store opens.
    """

    language: str | None = None
    theme: str | None = None
    text_size: int = 100
    profile: str | None = None
    window: tuple[int, ...] = ()
    place: str | None = None

    def checked(self) -> Choices:
        """The same with what makes no sense left out."""
        return Choices(
            self.language if self.language in LANGUAGES else None,
            self.theme if self.theme in SCHEMES else None,
            self.text_size if type(self.text_size) is int and 100 <= self.text_size <= 200 else 100,
            _word(self.profile),
            tuple(self.window) if _is_window(self.window) else (),
            _word(self.place),
        )


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value.replace("_", "").isalnum() else None


def _is_window(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 5 and all(type(each) is int for each in value)


def read_choices(home: Path) -> Choices:
    """The choices kept in this folder; the usual ones where there are none."""
    try:
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Choices()
    if not isinstance(found, dict):
        return Choices()
    known: dict[str, Any] = {field.name: found[field.name] for field in fields(Choices) if field.name in found}
    return Choices(**known).checked()


def keep_choices(home: Path, choices: Choices) -> bool:
    """Write them, whole or not at all; False where the folder does not let us, which is no reason to stop."""
    new = home / f"{FILE}.{os.getpid()}.new"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.write_text(json.dumps(asdict(choices), sort_keys=True) + "\n", encoding="utf-8")
        os.replace(new, home / FILE)
    except OSError:
        return False
    return True


def change_choices(home: Path, **news: Any) -> Choices:
    """Change some of the choices and keep them all."""
    choices = replace(read_choices(home), **news).checked()
    keep_choices(home, choices)
    return choices
