"""Turns the code of an error into the sentence a person reads; a feature adds the sentences of its own codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import N_, _, format_number, ngettext

_SENTENCES: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "number_missing": N_("Type a number."),
    "number_not_understood": N_("This is not a number. Write it like 12.5."),
    "number_ambiguous": N_("This can mean {either} or {other}. Write the one you mean."),
    "number_too_precise": lambda values: ngettext(
        "At most {n} digit after the decimal sign.", "At most {n} digits after the decimal sign.", values["limit"]
    ).format(n=values["limit"]),
    "number_too_large": lambda values: _("The number is too large; {limit} is the most.").format(
        limit=format_number(values["limit"])
    ),
    "day_not_understood": N_("This is not a day. Write it like 2028-03-17."),
    "time_not_understood": N_("There is no such time. Write it like 09:30."),
    "time_missing": N_("Say at what time too, such as 2028-03-17 09:30."),
    "value_missing": N_("This is needed."),
    "nothing_taken": N_("Take one from what is found."),
    "text_too_long": lambda values: _("Too long: {limit} characters at most.").format(
        limit=format_number(values["limit"])
    ),
    "text_too_long_by": lambda values: ngettext(
        "{n} character too many.", "{n} characters too many.", values["n"]
    ).format(n=format_number(values["n"])),
    "text_has_nul": N_("There is a character in it that cannot be stored. Delete it and type the text again."),
    "text_broken": N_("There is half a character in it. Delete it and type the text again."),
    "text_has_lines": N_("Only one line fits here."),
    "file_empty": lambda values: _("{file} is empty; copy it again from where it came.").format(
        file=values.get("file", _("The file"))
    ),
    "file_too_large": lambda values: _("{file} is too large; {n} MB are the most.").format(
        file=values.get("file", _("The file")), n=format_number(int(values.get("limit", 0)) // 1_048_576)
    ),
    "file_unreadable": lambda values: _("{file} cannot be read. Is it open in another program, or gone?").format(
        file=values.get("file", _("The file"))
    ),
    "clock_wrong": N_("The clock of this computer is wrong. Set date and time, then do it again; nothing was saved."),
    "language_unknown": N_("FieldDesk does not speak this language."),
}


def add_sentences(sentences: dict[str, str | Callable[[dict[str, Any]], str]]) -> None:
    """Sentences by error code: a message marked with `N_` whose places the values fill, or a callable of the values."""
    _SENTENCES.update(sentences)


def sentence(error: FieldDeskError) -> str:
    """What happened, in the language of the person at the screen; the bare code where nobody wrote a sentence."""
    made = _SENTENCES.get(error.code)
    if made is None:
        return _("This did not work ({code}).").format(code=error.code)
    if callable(made):
        return made(error.values)
    text = _(made)
    return text.format(**error.values) if "{" in text else text
