"""An order with an inspection that was done, for reports: 22 items, trends, a finding, photos, a sign-off."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

from fielddesk.core import canonical
from fielddesk.core.clock import local_day
from fielddesk.features.customers.model import Site
from fielddesk.features.documents.model import Attachment
from fielddesk.features.inspections.model import Answer, Checklist, ChecklistVersion, Inspection, InspectionPlan
from fielddesk.features.parts.model import Movement
from fielddesk.features.workorders.model import OrderLink, SignOff, WorkOrder
from fielddesk.store.database import Store
from fielddesk.store.tables import Synced
from tests.support.laptops import some_id
from tests.support.region import ANNA, DAY, MILLION, VAN, put

ORDER = some_id("WO-A7-2026-1047")
REPAIR = some_id("WO-A7-2026-1042")
ASSET = some_id("HP250-0042")
CUSTOMER = some_id("Harbour Stamping")
VERSION, INSPECTION, PLAN = some_id("quarterly v3"), some_id("inspection"), some_id("plan")
NAMES = (
    ("Hydraulic pressure", "液压压力", "液壓壓力"), ("Oil temperature", "油温", "油溫"),
    ("Noise at 1 m", "1 米处噪声", "1 公尺處噪音"), ("Light curtain stops the ram", "光幕能停住滑块", "光幕能停住滑塊"),
)  # fmt: skip
READINGS = ((180_400_000, 181_000_000, 181_700_000, 182_200_000), (46_100_000, 45_900_000, 46_800_000, 46_300_000))


def names(en: str, cn: str, tw: str) -> dict[str, str]:
    return {"en": en, "zh_CN": cn, "zh_TW": tw}


def picture(width: int = 48, height: int = 32, shade: int = 120) -> bytes:
    """A small PNG."""
    line = b"\x00" + bytes((shade, 150, 200)) * width
    return _png(width, height, zlib.compress(line * height))


def _png(width: int, height: int, body: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def huge_picture() -> bytes:
    """A PNG of a few hundred kilobytes that claims 400 megapixels."""
    return _png(20_000, 20_000, zlib.compress(bytes(60_001 * 200), 9))


def items() -> list[dict[str, object]]:
    """22 questions under three headings."""
    found: list[dict[str, object]] = [
        {"key": "s1", "kind": "section", "names": names("Readings", "测量值", "量測值")},
        {"key": "pressure", "kind": "number", "names": names(*NAMES[0]), "unit": "bar", "low": 170 * MILLION,
         "high": 190 * MILLION, "decimals": 1},
        {"key": "oil", "kind": "number", "names": names(*NAMES[1]), "unit": "°C", "high": 55 * MILLION, "decimals": 1},
        {"key": "noise", "kind": "number", "names": names(*NAMES[2]), "unit": "dB", "decimals": 0},
        {"key": "strokes", "kind": "number", "names": names("Strokes", "冲程数", "衝程數"), "decimals": 0},
        {"key": "s2", "kind": "section", "names": names("Safety", "安全", "安全")},
        {"key": "curtain", "kind": "pass_fail", "names": names(*NAMES[3])},
        {"key": "colour", "kind": "choice", "names": names("Colour of the oil", "油的颜色", "油的顏色"),
         "options": [{"key": "clear", "names": names("clear", "清澈", "清澈")},
                     {"key": "dark", "names": names("dark", "发黑", "發黑")},
                     {"key": "milky", "names": names("milky", "乳白", "乳白")}]},
        {"key": "changed", "kind": "date", "names": names("Oil changed on", "换油日期", "換油日期")},
        {"key": "remark", "kind": "text", "names": names("Remark of the operator", "操作员备注", "操作員備註")},
        {"key": "plate", "kind": "photo", "names": names("Type plate", "铭牌", "銘牌")},
        {"key": "deep", "kind": "tick", "names": names("Only after a failure", "仅在不合格后", "僅在不合格後"),
         "when": {"item": "colour", "choices": ["milky"]}},
        {"key": "s3", "kind": "section", "names": names("Machine", "机器", "機器")},
    ]  # fmt: skip
    for n in range(1, 14):
        ticked = names(f"Bolt group {n}", f"螺栓组 {n}", f"螺栓組 {n}")
        found.append({"key": f"bolt{n}", "kind": "pass_fail", "names": ticked})
    return found


def fill(store: Store, *, text: str = "门生文长：风扇有异响") -> dict[str, bytes]:
    """Put the inspection into a region's store; returns the pictures by hash, which are in its blobs too."""
    assert store.blobs is not None
    now = store.clock.now()
    shots = {store.blobs.keep(one).sha256: one for one in (picture(), picture(shade=40), picture(60, 20, 10))}
    photo, arrow, signature = shots
    put(store, [*_plan(now), *_inspections(store, now), *_answers(now, text), *_files(now, photo, arrow)])
    put(store, _around(now, signature))
    with store.read() as read:
        order = read.one(WorkOrder, ORDER)
    put(store, [replace(order, site_id=some_id("site"))])
    return shots


def _plan(now: int) -> list[Synced]:
    at = {"by_id": ANNA, "at": now - 400 * DAY, "rev": 1}
    list_id = some_id("checklist")
    told = canonical.dumps(names("Quarterly inspection of presses", "压力机季度点检", "壓力機季度點檢"))
    return [
        Checklist(id=list_id, number="press-quarterly", names=told, rev=1),
        ChecklistVersion(id=VERSION, checklist_id=list_id, version=3, items=canonical.dumps(items()), **at),
        InspectionPlan(id=PLAN, asset_id=ASSET, checklist_id=list_id, rule="FREQ=MONTHLY;INTERVAL=3",
                       starts_on="2026-01-05", rev=1),
    ]  # fmt: skip


def _inspections(store: Store, now: int) -> list[Synced]:
    shared = {"order_id": ORDER, "asset_id": ASSET, "version_id": VERSION, "plan_id": PLAN, "rev": 1}
    zone = store.clock.zone()
    found: list[Synced] = [
        Inspection(id=INSPECTION, due_on=local_day(now, zone), started_at=now - 5_400_000_000, completed_at=now,
                   completed_on=local_day(now, zone), result="failed", **shared)
    ]  # fmt: skip
    for n in range(4):
        at = now - (4 - n) * 91 * DAY
        old = {**shared, "order_id": some_id(f"old order {n}")}
        found.append(Inspection(id=some_id(f"old {n}"), completed_at=at, completed_on=local_day(at, zone), **old))
    return found


def _answers(now: int, text: str) -> list[Synced]:
    shared = {"order_id": ORDER, "asset_id": ASSET, "version_id": VERSION, "by_id": ANNA, "rev": 1}
    given: dict[str, dict[str, object]] = {
        "pressure": {"verdict": "passed", "number": 171_300_000, "questioned": "trend",
                     "kept_because": "Gauge was changed in March"},
        "oil": {"verdict": "passed", "number": 46_500_000},
        "noise": {"verdict": "noted", "number": 78 * MILLION},
        "strokes": {"verdict": "noted", "number": 1_234_567 * MILLION},
        "curtain": {"verdict": "passed"},
        "colour": {"verdict": "noted", "choice": "dark"},
        "changed": {"verdict": "noted", "day": "2026-03-07"},
        "remark": {"verdict": "noted", "text": text},
        "bolt13": {"verdict": "not_applicable"},
        "bolt7": {"verdict": "failed", "text": "Two bolts are loose, thread is worn"},
    }  # fmt: skip
    for n in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12):
        given[f"bolt{n}"] = {"verdict": "passed"}
    found: list[Synced] = []
    for key, answer in given.items():
        found.append(Answer(id=some_id(f"answer {key}"), inspection_id=INSPECTION, item=key, at=now - 60_000_000,
                            **shared, **answer))  # type: ignore[arg-type]  # fmt: skip
    first = {"inspection_id": INSPECTION, "item": "pressure", "at": now - 90_000_000, "number": 1_713_000_000}
    found.append(Answer(id=some_id("mistyped"), verdict="failed", **first, **shared))  # type: ignore[arg-type]
    for key, readings in zip(("pressure", "oil"), READINGS, strict=True):
        for n, number in enumerate(readings):
            old = {**shared, "order_id": some_id(f"old order {n}")}
            found.append(Answer(id=some_id(f"{key} {n}"), inspection_id=some_id(f"old {n}"), item=key, number=number,
                                verdict="passed", at=now - (4 - n) * 91 * DAY, **old))  # type: ignore[arg-type]  # fmt: skip
    return found


def _files(now: int, photo: str, arrow: str) -> list[Synced]:
    shared = {"order_id": ORDER, "asset_id": ASSET, "media_type": "image/png", "size": 100, "by_id": ANNA, "rev": 1}
    plain = some_id("photo")
    return [
        Attachment(id=plain, item="bolt7", kind="photo", name="bolt.png", sha256=photo, at=now, **shared),
        Attachment(id=some_id("drawn"), item="bolt7", kind="photo", name="bolt.png", sha256=arrow, at=now + 1,
                   original_id=plain, caption="Loose bolts at the left", **shared),
        Attachment(id=some_id("plate"), item="plate", kind="photo", name="plate.png", sha256=photo, at=now, **shared),
    ]  # type: ignore[arg-type]  # fmt: skip


def _around(now: int, signature: str) -> list[Synced]:
    return [
        Site(id=some_id("site"), customer_id=CUSTOMER, name="Werk Süd", street="Am Kai 3", city="Hamburg", rev=1),
        WorkOrder(id=some_id("follow"), number="WO-A7-2026-1060", kind="repair", title="Bolts", customer_id=CUSTOMER,
                  opened_at=now, rev=1),
        OrderLink(id=some_id("link"), order_id=ORDER, other_id=some_id("follow"), kind="follow_up", item="bolt7",
                  by_id=ANNA, at=now, rev=1),
        Movement(id=some_id("used"), kind="fitted", part_id=some_id("4S-118"), place_id=VAN, quantity=-2 * MILLION,
                 order_id=ORDER, by_id=ANNA, at=now, rev=1),
        SignOff(id=some_id("sign"), order_id=ORDER, signer="Ines Sørensen", signature=signature, satisfaction=4,
                recommendation=9, comment="", by_id=ANNA, at=now, rev=1),
    ]  # fmt: skip
