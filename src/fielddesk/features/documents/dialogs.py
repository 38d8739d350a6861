"""Photos and files in words: what histories say, how large they are, and why something was not taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fielddesk.core.i18n import N_, _, format_number
from fielddesk.features.documents import rules
from fielddesk.features.documents.model import Attachment
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.wording import add_sentences

KINDS: Final = {
    rules.PHOTO: (N_("Photo"), "image"),
    rules.DRAWING: (N_("Drawing on a photo"), "pencil-simple"),
    rules.SIGNATURE: (N_("Signature"), "signature"),
    rules.FILE: (N_("File"), "file"),
}
"""Kind to words and icon."""

OPENED_ENDINGS: Final = frozenset(
    {
        ".pdf", ".txt", ".csv", ".md", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp",
        ".rtf", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".dng",
        ".mp4", ".mov", ".mp3", ".m4a", ".wav", ".dwg", ".dxf", ".step", ".stp", ".zip",
    }
)  # fmt: skip
"""What the system is asked to open. Anything else could be a program, which a press must not start."""

add_sentences(
    {
        "attachment_kind_unknown": N_("There is no such kind of file."),
        "attachment_name_missing": N_("The file has no name."),
        "attachment_hash_wrong": N_("The content of the file is not known by its hash."),
        "attachment_without_record": N_("The file belongs to no record."),
        "file_here_already": lambda values: _("{file} is here already.").format(file=values.get("file", "")),
        "file_not_saved": N_("It could not be saved there. Choose another folder."),
        "file_not_opened": N_("This kind of file may be a program, so it is not opened from here. Save it instead."),
        "file_not_arrived": N_("Its content has not arrived yet; it comes with the next sync."),
        "clipboard_without_picture": N_("There is no picture and no file on the clipboard."),
    }
)


def kind_words(kind: str) -> str:
    return _(KINDS[kind][0]) if kind in KINDS else kind


def kind_icon(kind: str) -> str:
    return KINDS[kind][1] if kind in KINDS else "file"


def size_words(size: int) -> str:
    """How large a content is, as one says it."""
    if size < 1_000_000:
        return _("{n} KB").format(n=format_number(max(1, round(size / 1000))))
    return _("{n} MB").format(n=format_number(round(size / 1_000_000)))


def title_of(row: Attachment) -> str:
    """What one calls a photo: what it shows, else its file's name."""
    return row.caption or row.name


def _told(words: str) -> Any:
    def made(told: Mapping[str, Any], _names: Names) -> str:
        return _(words).format(what=kind_words(str(told.get("kind", rules.FILE))), name=told.get("name", ""))

    return made


ACTIONS: Final = (
    ActionWords("add_attachment", lambda: _("Photo or file"), _told(N_("{what} added: {name}")), "image"),
    ActionWords("describe_attachment", lambda: _("Words to a photo"), _told(N_("{what} described: {name}")),
                "pencil-simple"),
    ActionWords("archive_attachment", lambda: _("Photo or file"), _told(N_("{what} taken away: {name}")), "trash"),
    ActionWords("restore_attachment", lambda: _("Photo or file"), _told(N_("{what} brought back: {name}")),
                "arrow-counter-clockwise"),
)  # fmt: skip

FIELDS: Final[dict[str, FieldWords]] = {
    "caption": FieldWords(lambda: _("What it shows")),
    "name": FieldWords(lambda: _("File name")),
    "kind": FieldWords(lambda: _("Kind"), kind_words),
    "size": FieldWords(lambda: _("Size"), size_words),
}
