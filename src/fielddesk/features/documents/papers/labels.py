"""Labels with a code that a scanner or a camera reads, for whatever has a number."""

from __future__ import annotations

from typing import Final

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import N_, _
from fielddesk.core.pdf import Sheet

MOST_LABELS: Final = 600
"""Labels printed at once; 25 sheets."""


@dataclass(frozen=True)
class Label:
    """One label: what the code holds, and the lines beside it. `short` goes into a bar code, which holds little."""

    code: str
    short: str
    title: str
    lines: tuple[str, ...] = ()


SHEET_24: Final = "sheet"
"""A4, 3 × 8 labels of 70 × 37 mm."""
ROLL_62: Final = "roll"
"""One label of 62 × 29 mm a page, for label printers."""
ROWS: Final = {SHEET_24: 24, ROLL_62: 1}
QR: Final = "qr"
BARS: Final = "code128"

LABEL_NOTES: Final = {SHEET_24: N_("A4 sheet of 24 labels"), ROLL_62: N_("Label roll of 62 mm")}
CODE_NOTES: Final = {QR: N_("QR code"), BARS: N_("Bar code (Code 128)")}


def label_sheet(labels: list[Label], size: str = SHEET_24, code: str = QR, first: int = 1) -> Sheet:
    """Labels to print; `first` is the place on the first A4 sheet where the first goes (1 to 24): the ones before are
    used already. A text that a bar code cannot hold gets a QR code instead."""
    drawings: dict[str, str] = {}
    rows = []
    for place, label in enumerate(labels[:MOST_LABELS]):
        name = f"code{place}"
        drawings[name], bars = _code_of(label, code)
        rows.append(
            {"file": name, "bars": bars, "title": label.title, "lines": list(label.lines), "short": label.short}
        )
    values = {"size": size, "labels": rows, "skip": max(0, min(first, ROWS[size]) - 1), "title": _("Labels")}
    return Sheet("labels", values, drawings=drawings)


def _code_of(label: Label, code: str) -> tuple[str, bool]:
    """The code as a drawing, and whether it is a bar code."""
    import zxingcpp

    if code == BARS:
        try:
            made = zxingcpp.create_barcode(label.short, zxingcpp.BarcodeFormat.Code128)
            return zxingcpp.write_barcode_to_svg(made, add_hrt=False, add_quiet_zones=True), True
        except ValueError:  # letters that Code 128 has not
            pass
    made = zxingcpp.create_barcode(label.code, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return zxingcpp.write_barcode_to_svg(made, add_quiet_zones=True), False
