"""A small service region to look at and tell stories in, as a pull brought it: customers, machines, orders, parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fielddesk.core import canonical
from fielddesk.core.clock import local_day
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.parts.model import Movement, Part, Place, StockLevel
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.store.database import Store
from fielddesk.store.tables import Synced
from fielddesk.store.tx import write
from tests.support.laptops import some_id

DAY = 86_400_000_000
MILLION = 1_000_000
ANNA, BENNO, CHEN = some_id("anna"), some_id("benno"), some_id("chen")
VAN, OTHER_VAN, DEPOT = some_id("van 12"), some_id("van 7"), some_id("depot")

CUSTOMERS = (
    ("Harbour Stamping", "C-1001", "Dock Road 14", "20457", "Hamburg", "key"),
    ("Northfield Castings", "C-1002", "Mill Lane 7", "45127", "Essen", "standard"),
    ("Lindqvist Metall", "C-1003", "Verkstadsgatan 3", "211 13", "Malmö", "strategic"),
    ("Baltic Foundry", "C-1004", "Kai 2", "80-958", "Gdańsk", "standard"),
    ("海港冲压有限公司", "C-1005", "滨海大道 88 号", "266000", "青岛", "key"),
)
ASSETS = (
    ("Robot RC-4", "7SR-1033", "RC-4", 0), ("Press HP-250 #2", "HP250-0042", "HP-250", 0),
    ("Kiln drive", "KD-881", "KD-8", 1), ("Compressor C-75", "C75-1207", "C-75", 1),
    ("Press HP-160 #1", "HP160-0007", "HP-160", 2), ("机器人 RC-4", "7SR-2044", "RC-4", 4),
)  # fmt: skip
ORDERS = (
    ("WO-A7-2026-1042", "Kiln drive trips", "repair", 2, "in_progress", -3, ANNA),
    ("WO-A7-2026-1051", "Robot cell stops", "repair", 0, "in_progress", 0, ANNA),
    ("WO-A7-2026-1038", "Pressure drifts", "repair", 4, "assigned", 1, ANNA),
    ("WO-A7-2026-1047", "Oil change 2 000 h", "inspection", 1, "assigned", 4, ANNA),
    ("WO-A7-2026-1050", "Waiting for seal kit", "repair", 3, "on_hold", 6, ANNA),
    ("WO-A7-2026-1053", "Replace light curtain", "upgrade", 1, "open", 9, None),
    ("WO-A7-2026-1029", "Spindle bearing", "repair", 0, "completed", -12, ANNA),
    ("WO-A7-2026-1030", "液压系统漏油，更换密封件", "repair", 5, "assigned", 2, ANNA),
    ("WO-A7-2026-1031", "Training for new operators", "training", 4, "cancelled", -20, BENNO),
    ("WO-A7-2026-1054", "Check the <b>emergency stop</b> & guard", "inspection", 0, "assigned", 15, BENNO),
)
PARTS = (
    ("7SR1-03-4", "Bearing, axis 3", "轴承，3 轴", "軸承，3 軸", "piece", None),
    ("7SR1-03-3", "Bearing, axis 3 (old)", "轴承，3 轴（旧）", "軸承，3 軸（舊）", "piece", "7SR1-03-4"),
    ("4S-118", "Seal kit", "密封件套装", "密封件套組", "set", None),
    ("GR-0400", "Grease LGEP 2, 400 g", "润滑脂 LGEP 2，400 g", "潤滑脂 LGEP 2，400 g", "piece", None),
    ("HY-46", "Hydraulic oil HLP 46", "液压油 HLP 46", "液壓油 HLP 46", "litre", None),
    ("LC-24", "Light curtain 24 V", "24 V 光幕", "24 V 光幕", "piece", None),
)
NOTES = (
    ("Axis 3 bearing worn, stops under load. Played with the brake, no change.", BENNO, 26),
    ("Customer wants a call before we come; ask for Ms Sørensen at gate 3.", ANNA, 20),
    ("Measured 0.8 mm play at the wrist. Bearing and seal kit are on the van.", ANNA, 2),
)


def fill(store: Store, *, quiet: bool = False) -> None:
    """Put the region into a laptop's store, as if headquarters had sent it; with `quiet` only people and places."""
    now, zone = store.clock.now(), store.clock.zone()
    rows: list[Synced] = [*people(), *stock_places()]
    if not quiet:
        rows += [*customers(), *assets(), *orders(now, zone), *parts(), *notes(now), *ledger(now)]
    put(store, rows)


def put(store: Store, rows: Sequence[Synced]) -> None:
    """Rows as a pull brings them: no operation of this laptop, no event."""
    by_table: dict[type[Synced], list[Synced]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)

    def work(connection: Any) -> tuple[None, list[tuple[str, str]]]:
        for table, some in by_table.items():
            write(connection, table, "put", some)
        return None, [(row.tablename, row.id) for row in rows]

    store.write(work)


def people() -> list[Synced]:
    return [
        User(id=ANNA, login="anna", name="Anna Berg", role=ENGINEER, rev=1),
        User(id=BENNO, login="benno", name="Benno Okafor", role=ENGINEER, rev=1),
        User(id=CHEN, login="chen", name="陈晓明", role=DISPATCHER, rev=1),
    ]


def stock_places() -> list[Synced]:
    return [
        Place(id=VAN, name="Van 12", kind="van", keeper_id=ANNA, rev=1),
        Place(id=OTHER_VAN, name="Van 7", kind="van", keeper_id=BENNO, rev=1),
        Place(id=DEPOT, name="Depot Nord", kind="depot", rev=1),
    ]


def customers() -> list[Synced]:
    return [
        Customer(id=some_id(name), name=name, number=number, street=street, postal_code=code, city=city, tier=tier,
                 phone="+49 40 555 01", country="DE", rev=1)
        for name, number, street, code, city, tier in CUSTOMERS
    ]  # fmt: skip


def assets() -> list[Synced]:
    return [
        Asset(id=some_id(serial), customer_id=some_id(CUSTOMERS[place][0]), serial=serial, name=name, model=model,
              software_version="4.2.1", building="Hall 2", position="B4", rev=1)
        for name, serial, model, place in ASSETS
    ]  # fmt: skip


def orders(now: int, zone: str) -> list[Synced]:
    found = []
    for number, title, kind, place, status, days, who in ORDERS:
        serial, customer = ASSETS[place][1], CUSTOMERS[ASSETS[place][3]][0]
        found.append(
            WorkOrder(
                id=some_id(number), number=number, title=title, kind=kind, status=status, assignee_id=who,
                customer_id=some_id(customer), asset_id=some_id(serial), due_on=local_day(now + days * DAY, zone),
                status_reason="Seal kit ordered" if status == "on_hold" else "", opened_at=now - 30 * DAY, rev=1,
                description="Stops under load since Tuesday.\nThe operator hears a knock from axis 3 before it stops.",
            )
        )  # fmt: skip
    return found


def parts() -> list[Synced]:
    return [
        Part(id=some_id(number), number=number, unit=unit, replaced_by=new, category="Drive", rev=1,
             names=canonical.dumps({"en": en, "zh_CN": cn, "zh_TW": tw}))
        for number, en, cn, tw, unit, new in PARTS
    ]  # fmt: skip


def notes(now: int) -> list[Synced]:
    order = some_id("WO-A7-2026-1051")
    return [
        Note(
            id=some_id(f"note {place}"), order_id=order, text=text, author_id=who, at=now - hours * 3_600_000_000, rev=1
        )
        for place, (text, who, hours) in enumerate(NOTES)
    ]


def ledger(now: int) -> list[Synced]:
    """Movements of Anna's own van, and what headquarters says of the others."""
    found: list[Synced] = []
    for number, quantity in (("7SR1-03-4", 2), ("4S-118", 1), ("GR-0400", 6), ("HY-46", 20)):
        found.append(
            Movement(id=some_id(f"in {number}"), kind="received", part_id=some_id(number), place_id=VAN,
                     quantity=quantity * MILLION, by_id=ANNA, at=now - 9 * DAY, rev=1)
        )  # fmt: skip
    for number, place, quantity in (("7SR1-03-4", DEPOT, 14), ("4S-118", OTHER_VAN, 3), ("LC-24", DEPOT, 1)):
        found.append(
            StockLevel(id=some_id(f"level {number} {place}"), part_id=some_id(number), place_id=place,
                       quantity=quantity * MILLION, as_of=now - DAY, rev=1)
        )  # fmt: skip
    return found
