"""Checklists, plans and inspections."""
