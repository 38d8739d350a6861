"""Every colour and measure of the window, in three themes; no colour is written anywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from fielddesk.core.frozen import dataclass

SCHEMES = ("light", "dark", "contrast")

_TABLE = """
bg           F2F4F7 12181F 000000
surface      FFFFFF 1B232D 000000
sunken       E8ECF1 0D1218 000000
line         D5DCE4 2E3945 FFFFFF
edge         76828F 7B8896 FFFFFF
text         17212B E9EEF3 FFFFFF
text2        48566A AEBAC6 FFFFFF
disabled     66717F 8A96A3 A6A6A6
accent       1F6DC2 4A92E2 1F5FCC
accent_hover 195BA3 73B0F2 2A6FE0
on_accent    FFFFFF 07131F FFFFFF
bar          1F6DC2 4A92E2 FFE600
track        D5DCE4 2E3945 4D4D4D
select       DCE9F8 1E3B5A 003A70
hover        EDF2F8 232D38 1F1F1F
link         17569E 8FC4FA 7FD7FF
focus        0E1720 FFFFFF FFE600
ok           17683A 74D492 6CFF9A
ok_soft      DFF2E5 173524 000000
warn         7F4A00 F2BC59 FFD24A
warn_soft    FDEDD0 3A2B0D 000000
bad          AE2117 FF958B FF9B94
bad_soft     FCE4E1 47211E 000000
info         17569E 8FC4FA 7FD7FF
info_soft    DCE9F8 1E3B5A 000000
idle         48566A AEBAC6 FFFFFF
idle_soft    E8ECF1 28323D 000000
toast        17212B E9EEF3 FFFFFF
on_toast     FFFFFF 12181F 000000
toast_link   9CCBFF 17569E 00439C
toast_ok     74D492 17683A 17683A
"""

COLOURS: dict[str, dict[str, str]] = {scheme: {} for scheme in SCHEMES}
for _line in _TABLE.split("\n"):
    if _line:
        _name, *_values = _line.split()
        for _scheme, _value in zip(SCHEMES, _values, strict=True):
            COLOURS[_scheme][_name] = f"#{_value}"

STATES = ("ok", "warn", "bad", "info", "idle")
STATE_ICONS = {"ok": "check-circle", "warn": "warning", "bad": "x-circle", "info": "info", "idle": "clock"}

SMALLEST_TEXT, LARGEST_TEXT = 100, 200
"""Text size in per cent; every measure grows with it."""

FULL_NAVIGATION_FROM = 1360
STACKED_UNDER = 1000
NARROW_LIST_UNDER = 1300
"""Logical pixels of window width at 100 % text."""


@dataclass(frozen=True)
class Look:
    """One theme at one text size."""

    scheme: str = "light"
    text_size: int = 100
    colours: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "colours", COLOURS[self.scheme])

    def px(self, logical: float) -> int:
        """A measure of the table (pixels at 100 %) at this text size."""
        return round(logical * self.text_size / 100)

    @property
    def ring(self) -> int:
        """Width of the focus ring in pixels."""
        return self.px(3 if self.scheme == "contrast" else 2)
