"""Lists in words: their kinds and columns, encodings and separators, why a row is refused, and cells as they go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QFileDialog, QWidget

from fielddesk.core.i18n import N_, NAMES_OF_LANGUAGES, _, format_number, ngettext
from fielddesk.ui.wording import add_sentences

LIST_ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".csv.gz", ".tsv.gz", ".txt.gz")

KIND_WORDS: Final = {
    "customers": N_("Customers"),
    "assets": N_("Assets"),
    "parts": N_("Parts"),
    "orders": N_("Past orders"),
}
HEADS: Final[Mapping[str, Mapping[str, str]]] = {
    "customers": {
        "number": N_("Customer number"),
        "name": N_("Name"),
        "tier": N_("Kind"),
        "street": N_("Street"),
        "postal_code": N_("Postal code"),
        "city": N_("Town"),
        "country": N_("Country"),
        "phone": N_("Phone"),
        "language": N_("Language"),
    },
    "assets": {
        "customer": N_("Customer number"),
        "serial": N_("Serial"),
        "name": N_("Name"),
        "model": N_("Model"),
        "software_version": N_("Software version"),
        "building": N_("Building"),
        "position": N_("Position"),
        "remark": N_("Remark"),
        "installed_on": N_("Installed on"),
        "warranty_until": N_("Warranty until"),
    },
    "parts": {
        "number": N_("Part number"),
        "names.en": N_("Name (English)"),
        "names.zh_CN": N_("Name (simplified)"),
        "names.zh_TW": N_("Name (traditional)"),
        "category": N_("Category"),
        "unit": N_("Unit"),
        "replaced_by": N_("Replaced by"),
    },
    "orders": {
        "number": N_("Order number"),
        "customer": N_("Customer number"),
        "title": N_("Title"),
        "kind": N_("Kind"),
        "description": N_("Description"),
        "asset": N_("Serial"),
        "status": N_("State"),
        "due_on": N_("Due"),
        "opened_at": N_("Opened"),
    },
}
"""How our own lists call their columns; a list written in any language is understood again."""

ENCODING_WORDS: Final = {
    "utf-8": N_("UTF-8"),
    "utf-16": N_("UTF-16"),
    "utf-16-le": N_("UTF-16 LE, unmarked"),
    "utf-16-be": N_("UTF-16 BE, unmarked"),
    "gb18030": N_("GB18030, simplified"),
    "big5hkscs": N_("Big5, traditional"),
    "cp1252": N_("Windows-1252, Latin"),
}
SEPARATOR_WORDS: Final = {",": N_("Comma"), ";": N_("Semicolon"), "\t": N_("Tab"), "|": N_("Vertical bar")}
DAY_ORDER_WORDS: Final = {
    "": N_("Not sure: refuse 3/4/2028"),
    "day_first": N_("Day first: 31/12/2028"),
    "month_first": N_("Month first: 12/31/2028"),
}
VERDICT_WORDS: Final = {
    "new": (N_("New"), "info", "plus-circle"),
    "changed": (N_("Changes"), "info", "pencil-simple"),
    "unchanged": (N_("Unchanged"), "", "equals"),
    "refused": (N_("Refused"), "bad", "x-circle-fill"),
    "": (N_("Read"), "", ""),
}
_WORDS_OF: Final = {
    "tier": N_("strategic, key, standard"),
    "language": N_("English, 简体中文, 繁體中文"),
    "unit": N_("piece, metre, litre, kilogram, set, pair"),
    "order_kind": N_("repair, inspection, installation and the other kinds of order"),
    "order_status": N_("open, in progress, completed, cancelled"),
}


def _too_many(values: dict[str, Any]) -> str:
    count = values["refused"]
    return ngettext(
        "{n} row was refused, so the columns are rather taken for what they are not. Choose them anew.",
        "{n} rows were refused, so the columns are rather taken for what they are not. Choose them anew.",
        count,
    ).format(n=format_number(count))


add_sentences(
    {
        "list_empty": N_("There is nothing in {file}."),
        "list_foreign": N_("{file} is no list but some other kind of file. Choose a CSV or XLSX file."),
        "list_old_excel": N_("{file} is an old or a locked Excel file. Save it as XLSX without a password, or as CSV."),
        "list_unreadable": N_(
            "{file} is damaged or cannot be read to its end ({why}). What was taken stays; mend the file and choose it "
            "again."
        ),
        "list_too_large": N_("{file} is too large, or one of its lines is. Divide it and import the pieces."),
        "list_quote_open": N_("A quote is opened in row {row} of {file} and never closed. Mend it there."),
        "list_unknown": N_("The heads of {file} do not tell what is in it. Choose the kind of list and its columns."),
        "list_mostly_refused": _too_many,
        "columns_missing": N_("Choose the columns that every row needs."),
        "file_not_written": N_("{file} could not be written there ({why}). Choose another folder."),
        "sheet_full": lambda values: _("An XLSX file holds {n} rows and no more. Export as CSV instead.").format(
            n=format_number(values["most"])
        ),
        "text_not_read": N_("There are characters in it that this encoding cannot read. Choose another encoding."),
        "day_not_read": N_("“{value}” is no day. Write it like 2028-03-17."),
        "day_unsure": N_("“{value}” can mean {either} or {other}. Choose how days are written, or write 2028-03-17."),
        "word_not_known": lambda values: _("“{value}” is not understood here. Known are: {words}.").format(
            value=values.get("value", ""), words=_(_WORDS_OF.get(str(values.get("words")), ""))
        ),
        "row_twice": N_("Row {row} of the file has this number already, and says something else."),
        "customer_missing": N_("The row does not say which customer it belongs to."),
        "customer_not_found": N_("There is no customer with the number or name “{value}”. Import the customers first."),
        "customer_not_one": N_("Several customers are called “{value}”. Write the customer's number instead."),
        "asset_not_found": N_("This customer has no asset with the serial “{value}”. Import the assets first."),
        "asset_not_one": N_("This customer has several assets with the serial “{value}”."),
    }
)


def takes(path: Path) -> bool:
    """Whether a file may be a list, by its name."""
    return path.name.lower().endswith(LIST_ENDINGS)


def head_words(kind: str, key: str) -> str:
    return _(HEADS[kind][key])


def kind_words(kind: str) -> str:
    return _(KIND_WORDS[kind]) if kind in KIND_WORDS else ""


def cell_words(reads: str, value: Any, zone: str) -> str:
    """A value as it stands in an exported list, in the words of the window."""
    if value is None or value == "":
        return ""
    if reads == "moment":
        return _local(int(value), zone)
    words = _code_words().get(reads)
    return words(str(value)) if words else str(value)


def _code_words() -> Mapping[str, Callable[[str], str]]:
    from fielddesk.features.customers.dialogs import tier_words
    from fielddesk.features.parts.dialogs import unit_words
    from fielddesk.features.workorders.dialogs import kind_words as order_kind_words
    from fielddesk.features.workorders.dialogs import status_title

    return {
        "tier": tier_words,
        "unit": unit_words,
        "order_kind": order_kind_words,
        "order_status": status_title,
        "language": _language_words,
    }


def _language_words(code: str) -> str:
    own = {name.lower(): words for name, words in NAMES_OF_LANGUAGES.items()}
    return own.get(code, code)


def _local(moment: int, zone: str) -> str:
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        place: Any = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = UTC
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).astimezone(place)
    return local.strftime("%Y-%m-%d %H:%M")


def ask_list(parent: QWidget) -> Path | None:
    """The file a person chooses to import."""
    endings = "*.csv *.tsv *.txt *.xlsx *.csv.gz *.tsv.gz *.txt.gz"
    kinds = ";;".join((_("Lists") + f" ({endings})", _("All files") + " (*)"))
    path, _kind = QFileDialog.getOpenFileName(parent, _("Import a list"), "", kinds)
    return Path(path) if path else None


def ask_target(parent: QWidget, name: str, *, spreadsheet: bool = True, endings: str = "") -> Path | None:
    """Where a person wants a file written; a name without an ending gets the first that was offered."""
    csv, xlsx = _("Comma-separated text") + " (*.csv)", _("Excel workbook") + " (*.xlsx)"
    kinds = endings or (f"{xlsx};;{csv}" if spreadsheet else csv)
    path, kind = QFileDialog.getSaveFileName(parent, _("Export this list…"), name, kinds)
    if not path:
        return None
    found = Path(path)
    return found if found.suffix else found.with_name(found.name + (".csv" if kind == csv else Path(name).suffix))
