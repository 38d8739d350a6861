"""What is done (to be filled)."""

from __future__ import annotations

from fielddesk.features.documents import model as _model

_TABLES = (_model,)
