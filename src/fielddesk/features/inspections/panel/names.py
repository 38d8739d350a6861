"""Words by which the pieces of a running inspection know each other."""

from __future__ import annotations

from typing import Final

RUN: Final = "run:"
"""Before an inspection's id: show it running."""
RUNNING: Final = ("inspection.running", "here")
"""The draft that holds which inspection is under way on this laptop."""
