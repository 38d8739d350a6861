"""Labels of machines, and what is read from one: the serial, and the row's own name, which no two machines share."""

from __future__ import annotations

import re
from typing import Final

from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import AssetFilter, asset_page
from fielddesk.features.customers.model import Customer
from fielddesk.features.documents.papers import MOST_LABELS, Label
from fielddesk.store.tx import Reading

_CODE: Final = re.compile(r"(?:\A|\s)([0-9a-f]{32})\Z", re.ASCII)


def label_of(asset: Asset, customer: Customer | None) -> Label:
    """The label of a machine: its name, then serial, model, where it stands, whose it is.

    The code is the serial, a space, and the machine's id. Both are letters that every keyboard layout types alike, or
    the id still is: a scanner that types as a keyboard may garble the serial.
    """
    where = " · ".join(part for part in (asset.building, asset.position) if part)
    lines = (asset.serial, asset.model, where, customer.name if customer else "")
    return Label(f"{asset.serial} {asset.id}", asset.serial, asset.name, tuple(line for line in lines if line))


def labels_of(read: Reading, wanted: AssetFilter) -> list[Label]:
    """Labels of the machines of a list, in its order, as many as are printed at once."""
    rows = asset_page(read, wanted, 0, MOST_LABELS)
    assets = {asset.id: asset for asset in read.among(Asset, [row.id for row in rows])}
    customers = {one.id: one for one in read.among(Customer, {asset.customer_id for asset in assets.values()})}
    found = [assets[row.id] for row in rows if row.id in assets]
    return [label_of(asset, customers.get(asset.customer_id)) for asset in found]


def one_label(read: Reading, asset_id: str) -> list[Label]:
    """The label of one machine; none where it is not on this laptop."""
    asset = read.get(Asset, asset_id)
    return [] if asset is None else [label_of(asset, read.get(Customer, asset.customer_id))]


def labelled(read: Reading, text: str) -> tuple[bool, Asset | None]:
    """Whether a text is what stands on a label of ours, and its machine if that is on this laptop."""
    code = _CODE.search(text.strip().casefold())
    return (False, None) if code is None else (True, read.get(Asset, code[1]))
