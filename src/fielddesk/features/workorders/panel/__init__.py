"""The tabs of a work order that are its own, the orders of an asset or customer, and the form of a new one."""

from fielddesk.features.workorders.panel.life import LifePanel
from fielddesk.features.workorders.panel.links import LinksPanel
from fielddesk.features.workorders.panel.lists import OrdersOf, order_source, orders_of
from fielddesk.features.workorders.panel.new_order import NewOrder
from fielddesk.features.workorders.panel.notes import NotesPanel
from fielddesk.features.workorders.panel.overview import OverviewPanel
from fielddesk.features.workorders.panel.safety import SafetyPanel

__all__ = [
    "LifePanel", "LinksPanel", "NewOrder", "NotesPanel", "OrdersOf", "OverviewPanel", "SafetyPanel",
    "order_source", "orders_of",
]  # fmt: skip
