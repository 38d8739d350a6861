"""The inspection report (DO6): what the records say, and how it is laid out in the customer's language."""

from __future__ import annotations

from fielddesk.features.inspections.papers.content import inspection_content
from fielddesk.features.inspections.papers.report import REPORT, report_sheet

__all__ = ["REPORT", "inspection_content", "report_sheet"]
