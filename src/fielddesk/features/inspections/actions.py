"""What is done (to be filled)."""

from __future__ import annotations

from fielddesk.features.inspections import model as _model

_TABLES = (_model,)
