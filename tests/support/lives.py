"""Product models in every stage and machines of them, to tell stories about the life of a product."""

from __future__ import annotations

from typing import Final

from fielddesk.core import canonical
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Site
from fielddesk.features.lifecycle.model import ProductModel, StageChange, StrategyRevision
from fielddesk.features.lifecycle.queries import first_table
from fielddesk.store.database import Store
from tests.support.laptops import some_id
from tests.support.region import CHEN, put

RC4, RC5, HP250 = some_id("model RC-4"), some_id("model RC-5"), some_id("model HP-250")
ROBOT, PRESS = some_id("7SR-1033"), some_id("HP250-0042")
ARM, WRIST = some_id("arm"), some_id("wrist")
FIRST: Final = some_id("revision 1")


def revision(number: int = 1, valid_from: str = "2026-01-01") -> StrategyRevision:
    """The shipped table under a number."""
    return StrategyRevision(
        id=some_id(f"revision {number}"), number=number, valid_from=valid_from,
        table=canonical.dumps(first_table()), by_id=CHEN, at=1_767_225_600_000_000 + number, rev=1,
    )  # fmt: skip


def models() -> list[ProductModel]:
    """RC-4 in decline with its service ending soon and RC-5 to replace it; HP-250 in maturity."""
    return [
        ProductModel(
            id=RC5, number="RC-5", names='{"en":"Robot cell RC-5","zh_CN":"机器人单元 RC-5","zh_TW":"機器人單元 RC-5"}',
            product_class="industrial_equipment", stage="launch", stage_since="2026-05-01", rev=1,
        ),
        ProductModel(
            id=RC4, number="RC-4", names='{"en":"Robot cell RC-4","zh_CN":"机器人单元 RC-4","zh_TW":"機器人單元 RC-4"}',
            product_class="industrial_equipment", stage="decline", stage_since="2026-03-01",
            stage_reason="Sold out", launch_on="2015-04-01", end_of_sale_on="2026-03-01",
            market_exit_on="2026-06-01", end_of_service_on="2027-06-20", last_parts_order_on="2027-03-31",
            dates_source="Notice 2026-04", replacement_id=RC5, rev=1,
        ),
        ProductModel(
            id=HP250, number="HP-250", names='{"en":"Press HP-250","zh_CN":"压力机 HP-250","zh_TW":"壓床 HP-250"}',
            product_class="industrial_equipment", stage="maturity", stage_since="2020-01-01", rev=1,
        ),
    ]  # fmt: skip


def stage_changes() -> list[StageChange]:
    told = (("none", "launch", "2015-04-01", "Launched"), ("launch", "maturity", "2017-01-01", "Many in the field"),
            ("maturity", "decline", "2026-03-01", "Sold out"))  # fmt: skip
    return [
        StageChange(id=some_id(f"change {since}"), model_id=RC4, from_stage=old, to_stage=new, since=since,
                    reason=reason, by_id=CHEN, at=1_767_225_600_000_000 + place, rev=1)
        for place, (old, new, since, reason) in enumerate(told)
    ]  # fmt: skip


def parts_of_the_robot() -> list[Asset]:
    """An arm on the robot and a wrist on the arm."""
    customer = some_id("Harbour Stamping")
    return [
        Asset(id=ARM, customer_id=customer, serial="ARM-1", name="Arm", parent_id=ROBOT, rev=1),
        Asset(id=WRIST, customer_id=customer, serial="WR-7", name="Wrist", parent_id=ARM, rev=1),
    ]


def live(store: Store) -> None:
    """Put it all into a laptop's store, and make the robot of the region an RC-4 with an arm and a wrist."""
    with store.read() as read:
        robot, press = read.one(Asset, ROBOT), read.one(Asset, PRESS)
    hall = Site(id=some_id("hall"), customer_id=robot.customer_id, name="Plant East", street="Dock Road 15",
                city="Hamburg", zone="Europe/Berlin", hazards="Crane above the aisle", rev=1)  # fmt: skip
    put(
        store,
        [
            revision(), *models(), *stage_changes(), hall,
            Asset.from_body(robot.body() | {"model_id": RC4, "site_id": hall.id, "warranty_until": "2026-12-31"}, 1),
            Asset.from_body(press.body() | {"model_id": HP250, "warranty_until": "2029-12-31"}, 1),
            *parts_of_the_robot(),
        ],
    )  # fmt: skip
