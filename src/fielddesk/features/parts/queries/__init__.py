"""Parts as screens show them: the catalogue, stock by place, what is kept for an order, what was moved."""

from __future__ import annotations

from fielddesk.features.parts.queries.catalogue import (
    PartRow,
    PartView,
    find_parts,
    part_count,
    part_numbers,
    part_page,
    part_place,
    part_view,
)
from fielddesk.features.parts.queries.kept import (
    ReservedRow,
    parts_count,
    reserved,
)
from fielddesk.features.parts.queries.movements import (
    FittedRow,
    MovedRow,
    MovementRow,
    fitted,
    fitted_count,
    moments_of_asset,
    movement_count,
    movement_page,
    movements_among,
)
from fielddesk.features.parts.queries.stock import (
    PlaceStock,
    place_names,
    places,
    stock,
    stocks,
)

__all__ = [
    "FittedRow",
    "MovedRow",
    "MovementRow",
    "PartRow",
    "PartView",
    "PlaceStock",
    "ReservedRow",
    "find_parts",
    "fitted",
    "fitted_count",
    "moments_of_asset",
    "movement_count",
    "movement_page",
    "movements_among",
    "part_count",
    "part_numbers",
    "part_page",
    "part_place",
    "part_view",
    "parts_count",
    "place_names",
    "places",
    "reserved",
    "stock",
    "stocks",
]
