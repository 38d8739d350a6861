"""The sync centre: where one stands with headquarters, what needs a person, what waits, what arrived."""

from fielddesk.features.sync_centre.page.centre import SyncPage
from fielddesk.features.sync_centre.page.lists import HISTORY, NEEDS, WAITING
from fielddesk.features.sync_centre.page.receipts import RECEIPTS
from fielddesk.features.sync_centre.page.steps import Outbox

__all__ = ["HISTORY", "NEEDS", "RECEIPTS", "WAITING", "Outbox", "SyncPage"]
