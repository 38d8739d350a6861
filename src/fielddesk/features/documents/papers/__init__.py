"""Documents on paper: which kinds there are, those that were issued, and labels."""

from __future__ import annotations

from fielddesk.features.documents.papers.issued import (
    DocumentRow,
    DocumentView,
    Filter,
    document_count,
    document_names,
    document_page,
    document_place,
    document_view,
    issued_before,
    issued_moments,
)  # fmt: skip
from fielddesk.features.documents.papers.kinds import (
    PAPERS,
    Content,
    Paper,
    Terms,
    code_of,
    digest_of,
    issue_as,
    language_of,
    papers_of,
    title_of,
)  # fmt: skip
from fielddesk.features.documents.papers.labels import (
    BARS,
    CODE_NOTES,
    LABEL_NOTES,
    MOST_LABELS,
    QR,
    ROLL_62,
    ROWS,
    SHEET_24,
    Label,
    label_sheet,
)  # fmt: skip

__all__ = [
    "BARS", "CODE_NOTES", "LABEL_NOTES", "MOST_LABELS", "PAPERS", "QR", "ROLL_62", "ROWS", "SHEET_24", "Content",
    "DocumentRow", "DocumentView", "Filter", "Label", "Paper", "Terms", "code_of", "digest_of", "document_count",
    "document_names", "document_page", "document_place", "document_view", "issue_as", "issued_before", "issued_moments",
    "label_sheet", "language_of", "papers_of", "title_of",
]  # fmt: skip
