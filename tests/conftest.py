"""Every test runs without a screen unless it asks for one, and no warning passes unseen (see pyproject.toml)."""

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A shared machine is slow at times; how long one example takes says nothing of what is true.
settings.register_profile("fielddesk", deadline=None)
settings.load_profile("fielddesk")
