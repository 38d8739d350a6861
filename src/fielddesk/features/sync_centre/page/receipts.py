"""What each session of sync carried: the list of receipts, and one of them in full."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.clock import SECOND
from fielddesk.core.i18n import _, duration_words, format_moment
from fielddesk.features.sync_centre import queries
from fielddesk.features.sync_centre.panel import bytes_words, carried_words, ended_words
from fielddesk.features.sync_centre.queries import ReceiptLine
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.lists import Row
from fielddesk.ui.moments import moment_words
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, paged
from fielddesk.ui.signs import Card

RECEIPTS = "receipts"


def receipt_rows(bench: Bench) -> Source:
    """The rows of the list, the newest first."""

    def fetch(read: Reading, offset: int, limit: int) -> Sequence[Row]:
        return [_row(each, bench) for each in queries.receipts(read, offset, limit)]

    return paged(bench, fetch, queries.receipts_count, queries.place_of_receipt)


def _row(receipt: ReceiptLine, bench: Bench) -> Row:
    when = moment_words(receipt.began_at, bench.now(), bench.zone())
    out = _("Out: {words}").format(words=carried_words(receipt.out))
    into = _("In: {words}").format(words=carried_words(receipt.into))
    whole = receipt.how == "complete"
    return Row(receipt.id, out, into, when, "ok" if whole else "warn", "check-circle" if whole else "warning")


class ReceiptCard(Card):
    """One session in full."""

    def __init__(self, receipt: ReceiptLine, zone: str) -> None:
        super().__init__(lambda: _("What was carried"))
        self.facts = Facts()
        lines = (
            ("out", lambda: _("Out"), carried_words(receipt.out)),
            ("into", lambda: _("In"), carried_words(receipt.into)),
            ("began", lambda: _("Began"), format_moment(receipt.began_at, zone)),
            ("took", lambda: _("Took"), _took(receipt)),
            ("ended", lambda: _("Ended"), ended_words(receipt)),
            ("line", lambda: _("On the line"), _on_line(receipt)),
        )
        for key, label, _value in lines:
            self.facts.add(key, label)
        self.facts.show_values({key: value for key, _label, value in lines})
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (16, 12, 16, 12))
        column.addWidget(self.facts)
        self.add(inner)


def _took(receipt: ReceiptLine) -> str:
    if receipt.ended_at is None:
        return ""
    took = max(0, receipt.ended_at - receipt.began_at)
    return duration_words(took) if took >= 60 * SECOND else _("{n} s").format(n=max(1, took // SECOND))


def _on_line(receipt: ReceiptLine) -> str:
    if not receipt.out.on_line and not receipt.into.on_line:
        return ""
    return _("{out} out, {into} in").format(
        out=bytes_words(receipt.out.on_line), into=bytes_words(receipt.into.on_line)
    )
