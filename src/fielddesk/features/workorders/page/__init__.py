"""What work orders hand to the window: their place, the tabs on orders, assets and customers, commands, words."""

from __future__ import annotations

from functools import partial

from fielddesk.core.i18n import _
from fielddesk.features.lifecycle.dialogs import text_words
from fielddesk.features.people.panel import history_of
from fielddesk.features.workorders.dialogs import (
    ACTIONS,
    FIELDS,
    status_words,
    told_orders,
)
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.page.orders import TAB, TABLE, OrdersPage
from fielddesk.features.workorders.panel import (
    LifePanel,
    LinksPanel,
    NotesPanel,
    OrdersOf,
    OverviewPanel,
    SafetyPanel,
    orders_of,
)
from fielddesk.features.workorders.queries import (
    OrderFilter,
    find_orders,
    first_view,
    incident_count,
    link_count,
    missing_steps,
    note_count,
    order_count,
    order_moments,
    order_names,
    sign_off_count,
    step_count,
)
from fielddesk.features.workorders.rules import FINISHED, ON_SITE
from fielddesk.store.tx import Reading
from fielddesk.ui.making import NEW
from fielddesk.ui.page import Page
from fielddesk.ui.seams import (
    Bench,
    ClosingCheck,
    CommandOffer,
    Hit,
    Me,
    Missing,
    Offers,
    PanelOffer,
    PlaceOffer,
    SearchOffer,
    SubjectPanel,
    TimelineOffer,
)


def _waiting(read: Reading, me: Me, today: str) -> int:
    return order_count(read, OrderFilter(me.user_id, today, first_view(me.role)))


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    found = []
    for row in find_orders(read, text, limit):
        second = " · ".join(part for part in (row.number, row.customer, status_words(row.status)) if part)
        found.append(Hit(TABLE, row.id, row.title, second, "wrench", row.number))
    return found


def show_tab(key: str, bench: Bench) -> None:
    """Go to a tab of the order that is chosen."""
    bench.show(TABLE, TAB + key)


def _new(bench: Bench) -> None:
    bench.show(TABLE, NEW)


def _steps_missing(read: Reading, order_id: str) -> list[Missing]:
    """Steps the order's life stage asks for that nobody gave yet."""
    order = read.get(WorkOrder, order_id)
    steps = missing_steps(read, order) if order is not None else []
    return [Missing(partial(text_words, step.words), "life") for step in steps]


def _not_signed(read: Reading, order_id: str) -> list[Missing]:
    """The customer's word on work that was done on site, or the reason why there is none; an inspection needs it."""
    order = read.get(WorkOrder, order_id)
    if order is None or order.kind not in ON_SITE or order.status in FINISHED or sign_off_count(read, order_id):
        return []
    return [
        Missing(
            lambda: _("The customer has not signed yet"), "sign_off", lambda: _("Hand the screen to the customer"),
            may_wait=order.kind != "inspection",
        )
    ]  # fmt: skip


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer("orders", lambda: _("Work orders"), "wrench", 20, _page, _waiting, frozenset({TABLE}),
                   frozenset({TABLE, "note"})),
        PanelOffer(TABLE, "overview", lambda: _("Overview"), 10, OverviewPanel,
                   watches=frozenset({TABLE, "customer", "asset", "user", "site", "contact", "order_link"})),
        PanelOffer(TABLE, "safety", lambda: _("Safety"), 12, SafetyPanel, incident_count,
                   frozenset({TABLE, "site", "safety_check", "safety_incident"})),
        PanelOffer(TABLE, "notes", lambda: _("Notes"), 30, NotesPanel, note_count, frozenset({"note"})),
        PanelOffer(TABLE, "links", lambda: _("Links"), 70, LinksPanel, link_count, frozenset({TABLE, "order_link"})),
        PanelOffer(TABLE, "sign_off", lambda: _("Sign-off"), 50, _sign_off, sign_off_count,
                   frozenset({"sign_off", TABLE, "contact", "customer"})),
        PanelOffer(TABLE, "life", lambda: _("Life stage"), 80, LifePanel, step_count,
                   frozenset({"order_step", "asset", "product_model", "strategy_revision"})),
        ClosingCheck("steps", 20, _steps_missing),
        ClosingCheck("sign_off", 30, _not_signed),
        TimelineOffer("asset", "orders", order_moments, told_orders),
        history_of(TABLE),
        PanelOffer("asset", "orders", lambda: _("Work orders"), 40, partial(OrdersOf, of="asset_id"),
                   partial(orders_of, "asset_id"), frozenset({TABLE})),
        PanelOffer("customer", "orders", lambda: _("Work orders"), 40, partial(OrdersOf, of="customer_id"),
                   partial(orders_of, "customer_id"), frozenset({TABLE})),
        CommandOffer("order.note", lambda: _("Write a note"), partial(show_tab, "notes"), "Alt+N", "note-pencil",
                     lambda: _("Work orders")),
        CommandOffer("order.safety", lambda: _("Safety before work"), partial(show_tab, "safety"), "Alt+S",
                     "shield-check", lambda: _("Work orders")),
        CommandOffer("order.incident", lambda: _("Report an incident"), partial(show_tab, "safety/incident"), "Alt+I",
                     "first-aid", lambda: _("Work orders"), lambda: _("accident, near miss, unsafe")),
        CommandOffer("order.link", lambda: _("Link orders"), partial(show_tab, "links"), icon="link-simple",
                     place=lambda: _("Work orders")),
        CommandOffer("order.sign_off", lambda: _("Hand the screen to the customer"), partial(show_tab, "sign_off"),
                     "Alt+H", "signature", lambda: _("Work orders")),
        CommandOffer("order.new", lambda: _("New work order"), _new, "Ctrl+N", "plus", lambda: _("Work orders")),
        SearchOffer("orders", lambda: _("Work orders"), 10, _find),
        *ACTIONS,
    )  # fmt: skip
    offers.name_rows(TABLE, order_names)
    offers.word_fields(TABLE, FIELDS)


def _sign_off(bench: Bench) -> SubjectPanel:
    from fielddesk.features.workorders.panel.sign_off import SignOffPanel  # needed at the end of a visit

    return SignOffPanel(bench)


def _page(bench: Bench) -> Page:
    return OrdersPage(bench)


__all__ = ["OrdersPage", "offer", "show_tab"]
