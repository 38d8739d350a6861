"""Sync centre: where one stands with headquarters, what needs a person, what waits, what arrived."""
