"""A walk through the demo with the keyboard alone (`walk.py`), and the hands at the desk that tests walk with too."""

from fielddesk.shell.journey.deskwork import begin_safely
from fielddesk.shell.journey.walk import walk

__all__ = ["begin_safely", "walk"]
