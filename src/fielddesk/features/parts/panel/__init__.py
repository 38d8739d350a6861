"""The tabs that parts contribute: parts used on an order; stock by place and movements of a part."""

from fielddesk.features.parts.panel.movements import PartMovements
from fielddesk.features.parts.panel.stock import PartStock
from fielddesk.features.parts.panel.used import PartsUsed

__all__ = ["PartMovements", "PartStock", "PartsUsed"]
