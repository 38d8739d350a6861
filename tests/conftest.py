"""Every test runs without a screen unless it asks for one, and no warning passes unseen (see pyproject.toml)."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
