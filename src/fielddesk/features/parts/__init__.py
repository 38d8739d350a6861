"""Spare parts: the catalogue, where stock lies, and the ledger of what moved."""
