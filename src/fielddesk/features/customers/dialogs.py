"""Customers, sites and contacts in words: tiers, fields, what histories say of them, and the field that takes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QUrl, QUrlQuery
from PySide6.QtGui import QDesktopServices

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import N_, NAMES_OF_LANGUAGES, _, format_day, pgettext
from fielddesk.features.customers.model import Site
from fielddesk.features.customers.queries import ContactRow, CustomerRow, address_of, customer_names, customer_page
from fielddesk.features.customers.rules import to_be_confirmed
from fielddesk.store.tx import Reading
from fielddesk.ui.fields import Choice, Field, Line, Prose, YesNo
from fielddesk.ui.forms import Day
from fielddesk.ui.lists import Row
from fielddesk.ui.seams import ActionWords, Bench, FieldWords, Names
from fielddesk.ui.taking import RecordPicker
from fielddesk.ui.text import Words
from fielddesk.ui.wording import add_sentences

LANGUAGES: Final = {"en": "en", "zh_cn": "zh_CN", "zh_tw": "zh_TW"}
"""A customer's language as it is stored, to the language FieldDesk speaks."""

TIERS: Final = {
    "strategic": (N_("Strategic customer"), "star-fill"),
    "key": (N_("Key customer"), "star"),
    "standard": (N_("Customer"), "buildings"),
}

add_sentences(
    {
        "tier_unknown": N_("Choose one of the three kinds of customer."),
        "zone_unknown": N_("This computer knows no such time zone. Write it like Europe/Berlin or Asia/Taipei."),
        "not_a_zone": N_("This computer knows no such time zone. Write it like Europe/Berlin or Asia/Taipei."),
    }
)


def tier_words(tier: str) -> str:
    return _(TIERS[tier][0]) if tier in TIERS else tier


def tier_icon(tier: str) -> str:
    return TIERS[tier][1] if tier in TIERS else "buildings"


def row_of(customer: CustomerRow) -> Row:
    """A customer as a row of a list."""
    second = " · ".join(part for part in (customer.number, customer.city) if part)
    tier = tier_words(customer.tier) if customer.tier != "standard" else ""
    return Row(customer.id, customer.name, second, icon=tier_icon(customer.tier), below=tier, number=customer.number)


class CustomerPicker(RecordPicker):
    """The field of a form that takes a customer."""

    def __init__(self, bench: Bench) -> None:
        def find(read: Reading, text: str) -> list[Row]:
            return [row_of(row) for row in customer_page(read, text, 0, 5)]

        super().__init__(
            bench, "customer_id", lambda: _("Customer"), find, customer_names, needed=True,
            hint=lambda: _("Type a name, a number or a town"),
        )  # fmt: skip


# ---------------------------------------------------------------- fields


def language_words(language: str) -> str:
    """A language as it is called by those who speak it."""
    return NAMES_OF_LANGUAGES.get(LANGUAGES.get(language, ""), language)


def _language(key: str, label: Words) -> Choice:
    return Choice(key, label, [(code, partial(language_words, code)) for code in LANGUAGES], needed=True)


def field_of(key: str, label: Words) -> Field:
    """The field of a customer's form."""
    if key == "tier":
        tiers: list[tuple[str, Words]] = [(tier, partial(tier_words, tier)) for tier in reversed(TIERS)]
        return Choice(key, label, tiers, needed=True)
    return _language(key, label) if key == "language" else Line(key, label, needed=key in ("number", "name"))


class ZoneField(Line):
    """A time zone by its name in the IANA list, such as Europe/Berlin; refused where this computer knows none so."""

    def parse(self, text: str) -> Any:
        zone = super().parse(text)
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise FieldDeskError("zone_unknown", zone=zone) from None
        return zone


def site_field(key: str, label: Words) -> Field:
    """The field of a site's form."""
    if key in ("induction_needed", "permit_needed"):
        return YesNo(key, label)
    if key == "access":
        return Prose(key, label, hint=lambda: _("Gate, parking, opening hours, who holds the key"))
    if key == "hazards":
        return Prose(key, label, hint=lambda: _("What can hurt somebody there"))
    if key == "zone":
        return ZoneField(key, label, needed=True)
    return Line(key, label, needed=key == "name")


def contact_field(key: str, label: Words, today: Callable[[], str]) -> Field:
    """The field of a contact's form."""
    if key == "site_id":
        return Choice(key, label, [])
    if key == "confirmed_on":
        return Day(key, label, today=today)
    return _language(key, label) if key == "language" else Line(key, label, needed=key == "name")


def show_on_map(address: str) -> None:
    """Open the address on a map, in the browser of this computer; that is the only time it leaves it."""
    query = QUrlQuery()
    query.addQueryItem("query", address)
    url = QUrl("https://www.openstreetmap.org/search")
    url.setQuery(query)
    QDesktopServices.openUrl(url)


# ---------------------------------------------------------------- rows


def site_row(site: Site) -> Row:
    """A site as a row of a list, with what must be done before one is let in."""
    asks = [
        words
        for wanted, words in ((site.permit_needed, _("permit")), (site.induction_needed, _("induction")))
        if wanted
    ]
    state = "warn" if site.hazards.strip() else "idle"
    right = _("hazards") if site.hazards.strip() else ""
    return Row(
        site.id, site.name, address_of(site), right, state, "warning-fill" if right else "map-pin",
        "warn" if right else "", ", ".join(asks),
    )  # fmt: skip


def contact_row(row: ContactRow, today: str) -> Row:
    """A contact as a row of a list, with what is old about it."""
    contact = row.contact
    second = " · ".join(part for part in (contact.position, contact.phone, contact.email) if part)
    old = to_be_confirmed(contact.confirmed_on, today)
    return Row(
        contact.id, contact.name, second or language_words(contact.language), row.site, "warn" if old else "idle",
        "user", "", _("to be confirmed") if old else "", "warn" if old else "",
    )  # fmt: skip


def confirmed_words(confirmed_on: str | None) -> str:
    """How old what is known of a contact is, where that is too old."""
    if confirmed_on is None:
        return _("Nobody has confirmed this contact yet. Ask at the next visit whether it is right.")
    return _("Last confirmed on {day}, more than 12 months ago. Ask at the next visit whether it is right.").format(
        day=format_day(confirmed_on)
    )


# ---------------------------------------------------------------- what histories say


def _opened(told: Mapping[str, Any], _names: Names) -> str:
    return _("Customer {number} entered: {name}").format(number=told.get("number", ""), name=told.get("name", ""))


def _changed(_told: Mapping[str, Any], _names: Names) -> str:
    return _("Record changed")


def _site_entered(told: Mapping[str, Any], _names: Names) -> str:
    return _("Site entered: {name}").format(name=told.get("name", ""))


def _site_closed(told: Mapping[str, Any], _names: Names) -> str:
    words = _("Site closed: {name}") if told.get("closed", 1) else _("Site open again: {name}")
    return words.format(name=told.get("name", ""))


def _contact_entered(told: Mapping[str, Any], _names: Names) -> str:
    return _("Contact entered: {name}").format(name=told.get("name", ""))


def _contact_gone(told: Mapping[str, Any], _names: Names) -> str:
    words = _("Contact has left: {name}") if told.get("gone", 1) else _("Contact back on the list: {name}")
    return words.format(name=told.get("name", ""))


def _taken_in(told: Mapping[str, Any], _names: Names) -> str:
    return _("Customers taken in from a list: {count}").format(count=told.get("count", ""))


ACTIONS: Final = (
    ActionWords("create_customer", lambda: _("New customer"), _opened, "buildings"),
    ActionWords("edit_customer", lambda: _("Change of a customer"), _changed, "pencil-simple"),
    ActionWords("create_site", lambda: _("New site"), _site_entered, "map-pin"),
    ActionWords("edit_site", lambda: _("Change of a site"), _changed, "pencil-simple"),
    ActionWords("describe_site", lambda: _("Access and dangers of a site"), _changed, "warning"),
    ActionWords("close_site", lambda: _("Site closed"), _site_closed, "archive-box"),
    ActionWords("create_contact", lambda: _("New contact"), _contact_entered, "user-circle-plus"),
    ActionWords("edit_contact", lambda: _("Change of a contact"), _changed, "pencil-simple"),
    ActionWords("retire_contact", lambda: _("Contact has left"), _contact_gone, "archive-box"),
    ActionWords("import_customers", lambda: _("List of customers"), _taken_in, "tray"),
)

ORDER: Final = ("number", "name", "tier", "street", "postal_code", "city", "country", "phone", "language")
"""The fields of a customer's form, in their order."""
SEEN_ON_SITE: Final = ("access", "hazards", "induction_needed", "permit_needed")
"""What who was there writes down; the rest of a site is the office's."""
SITE_ORDER: Final = ("name", "street", "postal_code", "city", "country", "zone", *SEEN_ON_SITE)
CONTACT_ORDER: Final = ("name", "position", "phone", "email", "site_id", "language", "confirmed_on")

FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Number")),
    "name": FieldWords(lambda: _("Name")),
    "tier": FieldWords(lambda: _("Kind"), tier_words),
    "street": FieldWords(lambda: _("Street")),
    "postal_code": FieldWords(lambda: _("Postal code")),
    "city": FieldWords(lambda: _("Town")),
    "country": FieldWords(lambda: _("Country")),
    "phone": FieldWords(lambda: _("Phone")),
    "language": FieldWords(lambda: _("Language"), lambda value: language_words(str(value))),
}


def _yes(value: Any) -> str:
    return _("Yes") if value else _("No")


SITE_FIELDS: Final[dict[str, FieldWords]] = {
    **{key: FIELDS[key] for key in ("name", "street", "postal_code", "city", "country")},
    "customer_id": FieldWords(lambda: _("Customer"), names_of="customer"),
    "zone": FieldWords(lambda: _("Time zone")),
    "access": FieldWords(lambda: _("Access")),
    "hazards": FieldWords(lambda: _("Hazards")),
    "induction_needed": FieldWords(lambda: _("Safety induction needed"), _yes),
    "permit_needed": FieldWords(lambda: _("Permit to work needed"), _yes),
}

CONTACT_FIELDS: Final[dict[str, FieldWords]] = {
    **{key: FIELDS[key] for key in ("name", "phone", "language")},
    "customer_id": FieldWords(lambda: _("Customer"), names_of="customer"),
    "site_id": FieldWords(lambda: _("Site"), names_of="site"),
    "position": FieldWords(lambda: pgettext("of a person", "Position")),
    "email": FieldWords(lambda: _("E-mail")),
    "confirmed_on": FieldWords(lambda: _("Last confirmed"), lambda value: format_day(str(value))),
}
