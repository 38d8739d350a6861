"""The tabs of an asset: its record and the machine it belongs to; lists of assets; and the form of a new one."""

from fielddesk.features.assets.panel.lists import AssetsOf
from fielddesk.features.assets.panel.new_asset import NewAsset
from fielddesk.features.assets.panel.record import AssetPanel
from fielddesk.features.assets.panel.tree import MachinePanel

__all__ = ["AssetPanel", "AssetsOf", "MachinePanel", "NewAsset"]
