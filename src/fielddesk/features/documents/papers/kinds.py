"""Kinds of documents that can be issued about a record, and what a screen needs to make one.

A feature above this one registers its kinds with `issue_as`; the screens of documents know none by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import LANGUAGES, speaking
from fielddesk.core.pdf import Sheet
from fielddesk.store.tx import Reading

Content = Mapping[str, Any]
"""What a document states, in no language, as plain JSON; its digest tells whether the record has changed since.

"about" names the records (order_id, asset_id, customer_id), "pictures" the hashes of what it shows, "language" the
code of the language that the customer reads: that one is no part of what is stated.
"""

CODES: Final = {"en": "en", "zh_cn": "zh_CN", "zh_tw": "zh_TW"}
"""Languages as records name them, to those of the program."""


@dataclass(frozen=True)
class Terms:
    """What a document has beside its content. An empty number makes a preview, marked as one.

    `at` in microseconds UTC, `zone` that in which moments are told, `company` who issues it, `replaces` the number
    and the reason of a correction.
    """

    number: str = ""
    at: int = 0
    zone: str = "UTC"
    company: str = ""
    replaces: tuple[str, str] | None = None


@dataclass(frozen=True)
class Paper:
    """A kind of document about a row of `subject`.

    `content(read, row_id)` on a reader thread, None where there is nothing to report; `sheet(content, terms,
    pictures, language)` anywhere; `pictures` are those named in content["pictures"] that are here, by hash.
    """

    kind: str
    subject: str
    number_kind: str
    title: Callable[[], str]
    content: Callable[[Reading, str], Content | None]
    sheet: Callable[[Content, Terms, Mapping[str, bytes], str], Sheet]


PAPERS: Final[dict[str, Paper]] = {}
"""Every kind of document by its name."""


def issue_as(paper: Paper) -> Paper:
    """Register a kind of document."""
    PAPERS[paper.kind] = paper
    return paper


def papers_of(subject: str) -> list[Paper]:
    """Kinds of documents that can be issued about rows of a table."""
    return [paper for paper in PAPERS.values() if paper.subject == subject]


def digest_of(content: Content) -> str:
    """SHA-256 of the content as canonical JSON: the same in all languages of a document."""
    stated = {name: value for name, value in content.items() if name != "language"}
    return canonical.digest(canonical.dumps(stated))


def language_of(code: str) -> str:
    """The program's language for the code a record names."""
    return CODES.get(code, "en")


def code_of(language: str) -> str:
    return {name: code for code, name in CODES.items()}[language]


def title_of(kind: str, language: str) -> str:
    """What a kind of document is called in a language."""
    assert language in LANGUAGES
    if kind not in PAPERS:
        return kind
    with speaking(language):
        return PAPERS[kind].title()
