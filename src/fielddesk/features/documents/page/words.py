"""Issued documents in words: rows, fields, and what histories say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fielddesk.core.i18n import N_, NAMES_OF_LANGUAGES, _, format_moment
from fielddesk.features.documents.model import IssuedDocument
from fielddesk.features.documents.papers import PAPERS, DocumentRow, DocumentView, language_of
from fielddesk.store.tx import Reading
from fielddesk.ui.entries import Entry
from fielddesk.ui.lists import Row
from fielddesk.ui.moments import moment_words
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.wording import add_sentences


def _fonts(values: dict[str, Any]) -> str:
    scripts = {"zh_CN": "Noto Sans CJK SC", "zh_TW": "Noto Sans CJK TC"}
    return _(
        "No font for this language is installed, so the document cannot be made. Install {font}, then try again."
    ).format(font=scripts.get(str(values.get("language")), "Inter"))


add_sentences(
    {
        "fonts_missing": _fonts,
        "document_failed": N_(
            "The pages could not be made. The record is untouched; tell whoever looks after FieldDesk."
        ),
        "document_number_missing": N_("The document has no number."),
        "document_without_record": N_("The document belongs to no record."),
        "document_reason_missing": N_("Say why a new version is needed."),
        "document_changed": N_("The record has changed just now. Look at the pages again, then issue them."),
        "document_empty": N_("The document has no content."),
        "document_nothing": N_("There is nothing to report yet: no inspection was begun on this order."),
        "file_not_saved": N_("It could not be saved there. Choose another folder."),
        "file_not_arrived": N_("Its content has not arrived yet; it comes with the next sync."),
        "no_viewer": N_("No program on this computer opens PDFs. Save it, and open it elsewhere."),
        "not_printed": N_("The printer did not take it. Open the document and print it from there."),
    }
)


def kind_words(kind: str) -> str:
    """A kind of document as it reads."""
    return PAPERS[kind].title() if kind in PAPERS else _("Document")


def language_words(code: str) -> str:
    """The language of a document, in itself."""
    return NAMES_OF_LANGUAGES[language_of(code)]


def row_of(row: DocumentRow, zone: str) -> Row:
    """A document as a row: its number, then kind and customer; date and language at the right."""
    second = " · ".join(part for part in (kind_words(row.kind), row.customer) if part)
    right = _("replaced") if row.replaced else format_moment(row.at, zone)
    return Row(
        row.id, row.number, second, right, icon="file-text", below=language_words(row.language), number=row.number,
        right_state="warn" if row.replaced else "",
    )  # fmt: skip


def changed_words(view: DocumentView) -> tuple[str, str]:
    """Whether the record still says what the document states, and the state that colours it."""
    if view.changed is None:
        return _("not compared: its record is not on this laptop"), "idle"
    if view.changed:
        return _("the record has changed since"), "warn"
    return _("the record still says the same"), "ok"


def _issued(told: Mapping[str, Any], _names: Names) -> str:
    return _("{kind} {number} issued").format(kind=kind_words(str(told.get("kind", ""))), number=told.get("number", ""))


ACTIONS: Final = (ActionWords("issue_document", lambda: _("Document issued"), _issued, "file-text"),)

FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Document number")),
    "kind": FieldWords(lambda: _("Kind"), kind_words),
    "language": FieldWords(lambda: _("Language"), language_words),
    "title": FieldWords(lambda: _("Title")),
}


def told_documents(read: Reading, ids: Sequence[str], now: int, zone: str) -> dict[str, Entry]:
    """Issued documents as entries of the history of their asset."""
    return {
        one.id: Entry(
            one.id, _("{kind} {number} issued").format(kind=kind_words(one.kind), number=one.number),
            " · ".join((moment_words(one.at, now, zone), language_words(one.language))), "file-text",
            leads_to=("issued_document", one.id),
        )
        for one in read.among(IssuedDocument, ids)
    }  # fmt: skip
