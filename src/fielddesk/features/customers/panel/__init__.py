"""The tabs of a customer: what the record says, sites, contacts; and the form of a new customer."""

from fielddesk.features.customers.panel.contacts import ContactsPanel
from fielddesk.features.customers.panel.new_customer import NewCustomer
from fielddesk.features.customers.panel.overview import CustomerPanel
from fielddesk.features.customers.panel.sites import SitesPanel

__all__ = ["ContactsPanel", "CustomerPanel", "NewCustomer", "SitesPanel"]
