"""Work of every kind on customers, product models and machines, for the laws that want each action done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fielddesk.core import canonical
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.customers.actions import (
    close_site,
    create_contact,
    create_site,
    describe_site,
    edit_contact,
    edit_customer,
    edit_site,
    retire_contact,
)
from fielddesk.features.lifecycle.actions import change_stage, create_model, edit_model, import_models, publish_strategy
from fielddesk.features.lifecycle.queries import first_table
from fielddesk.features.workorders.actions import record_step
from fielddesk.store.actions import Call, call

Did = Callable[[Call], Any]


def work_on_customers(did: Did, customer: str, hard: str) -> None:
    """`hard` is a line with every letter that ever made trouble."""
    did(
        call(
            edit_customer,
            based_on={"phone": "", "language": "zh_cn"},
            customer_id=customer,
            phone=hard,
            language="zh_tw",
        )
    )
    site = did(call(create_site, customer_id=customer, name=hard, zone="Asia/Taipei", permit_needed=1))
    address = {"street": "", "postal_code": "", "city": "", "country": ""}
    did(call(edit_site, based_on=address, site_id=site, city=hard))
    did(call(describe_site, based_on={"access": "", "hazards": ""}, site_id=site, access=hard, hazards=hard + "\n2"))
    contact = did(call(create_contact, customer_id=customer, name=hard, site_id=site, confirmed_on="2028-02-29"))
    shown = {"site_id": site, "email": ""}
    did(call(edit_contact, based_on=shown, contact_id=contact, email=hard, emptied=["site_id"]))
    did(call(retire_contact, contact_id=contact))
    did(call(close_site, site_id=site))
    did(call(close_site, site_id=site, closed=0))


def work_on_models(did: Did, asset: str, hard: str) -> None:
    """Models, stages and the strategy table; the asset becomes one of the model."""
    names = canonical.dumps({"en": hard, "zh_CN": "压力机", "zh_TW": "壓床"})
    model = did(
        call(create_model, number=hard, names=names, product_class="software", stage="launch", since="2020-02-29")
    )
    did(call(edit_model, based_on={"launch_on": None, "dates_source": ""}, model_id=model, launch_on="2019-12-31",
             dates_source=hard))  # fmt: skip
    shown = {"stage": "launch", "stage_since": "2020-02-29", "stage_reason": ""}
    did(call(change_stage, based_on=shown, model_id=model, stage="decline", since="2021-01-01", reason=hard))
    line = {"names": names, "product_class": "other", "stage": "maturity", "since": "2020-01-01", "reason": hard}
    did(call(import_models, lines=[line | {"number": f"M-{n}"} for n in range(2)]))
    did(call(publish_strategy, number=1, valid_from="2020-01-01", table=canonical.dumps(first_table()), reason=hard))
    did(call(edit_asset, based_on={"model_id": None, "installed_on": None}, asset_id=asset, model_id=model,
             installed_on="2028-02-29"))  # fmt: skip


def work_on_steps(did: Did, order: str, hard: str) -> None:
    """What the stage asks for."""
    did(call(record_step, order_id=order, step="replacement_advice", outcome="declined", remark=hard + "\n2"))
