"""The demo's products: 25 models in all five stages, and 3,000 spare parts of theirs, named in three languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from fielddesk.core import canonical
from fielddesk.core.paths import resources

INDUSTRIAL: Final = "industrial_equipment"
CONSUMER: Final = "consumer_electronics"
SOFTWARE: Final = "software"


@dataclass(frozen=True)
class Model:
    """A product of the demo; `since` is how many months ago its stage began."""

    number: str
    en: str
    zh_cn: str
    zh_tw: str
    product_class: str
    stage: str
    since: int
    checklist: str = ""
    replacement: str = ""

    def names(self) -> str:
        return canonical.dumps({"en": self.en, "zh_CN": self.zh_cn, "zh_TW": self.zh_tw})

    def dates(self, today: date) -> dict[str, Any]:
        """The model's own dates, as they follow from its stage."""
        begun = today - timedelta(days=30 * self.since)

        def away(months: int) -> str:
            return (begun + timedelta(days=30 * months)).isoformat()

        match self.stage:
            case "research":
                return {"launch_on": away(self.since + 9)}
            case "launch":
                return {"launch_on": away(0)}
            case "maturity":
                return {"launch_on": away(-18)}
            case "decline":
                return {
                    "launch_on": away(-96), "end_of_sale_on": away(0), "market_exit_on": away(6),
                    "last_parts_order_on": away(self.since + 5), "end_of_service_on": away(self.since + 48),
                }  # fmt: skip
            case _:
                return {
                    "launch_on": away(-150), "end_of_sale_on": away(-60), "market_exit_on": away(-54),
                    "last_parts_order_on": away(-2), "end_of_service_on": away(self.since + 5),
                }  # fmt: skip


def models() -> tuple[Model, ...]:
    """The 25 models."""
    return tuple(Model(**line) for line in _lines("models"))


SIDES: Final = (
    ("main cylinder", "主缸", "主缸"), ("left", "左侧", "左側"), ("right", "右侧", "右側"),
)  # fmt: skip


def parts() -> Iterator[dict[str, Any]]:
    """3,000 lines of a parts list: each model has the same kinds, some in an old edition that a newer one replaces."""
    kinds = _lines("kinds_of_part")
    for model in models():
        for kind, line in enumerate(kinds, 1):
            en, zh_cn, zh_tw, unit = line["en"], line["zh_cn"], line["zh_tw"], line["unit"]
            for side, (where, here, there) in enumerate(SIDES, 1):
                number = f"{model.number}-{kind:02}-{side}"
                old = kind % 13 == 0 and side == 1
                names = {
                    "en": f"{en}, {where}, {model.number}",
                    "zh_CN": f"{model.number} {here}{zh_cn}",
                    "zh_TW": f"{model.number} {there}{zh_tw}",
                }
                yield {
                    "number": number, "names": canonical.dumps(names), "category": model.number, "unit": unit,
                    "replaced_by": f"{model.number}-{kind:02}-2" if old else None,
                }  # fmt: skip


def own_parts() -> list[dict[str, Any]]:
    """The parts that the demo's stories are about."""
    return [
        {
            "number": line["number"], "names": canonical.dumps(line["names"]), "category": "Spare part",
            "unit": "piece", "replaced_by": line["replaced_by"],
        }
        for line in _lines("parts")
    ]  # fmt: skip


def _lines(name: str) -> list[dict[str, Any]]:
    text = (resources() / "demo" / f"{name}.json").read_text(encoding="utf-8")
    return list(json.loads(text))
