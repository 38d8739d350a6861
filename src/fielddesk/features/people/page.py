"""People as the other screens name them; their own place comes with the administration pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fielddesk.core.i18n import _
from fielddesk.features.people.dialogs import role_words
from fielddesk.features.people.queries import person_names
from fielddesk.ui.seams import ActionWords, FieldWords, Names, Offers


def _entered(told: Mapping[str, Any], _names: Names) -> str:
    return _("{name} joined").format(name=told.get("name", ""))


def offer(offers: Offers) -> None:
    """Hand the feature's words to the window."""
    offers.add(ActionWords("create_user", lambda: _("New colleague"), _entered, "user-plus"))
    offers.name_rows("user", person_names)
    offers.word_fields(
        "user",
        {
            "login": FieldWords(lambda: _("Signs in as")),
            "name": FieldWords(lambda: _("Name")),
            "role": FieldWords(lambda: _("Role"), role_words),
        },
    )
