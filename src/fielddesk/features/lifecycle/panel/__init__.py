"""The tabs of product models and of the strategy table, and the forms of what is new there."""

from fielddesk.features.lifecycle.panel.new_model import NewModel
from fielddesk.features.lifecycle.panel.new_revision import NewRevision
from fielddesk.features.lifecycle.panel.record import ModelPanel
from fielddesk.features.lifecycle.panel.stages import StagesPanel
from fielddesk.features.lifecycle.panel.strategy import RevisionPanel, StagePanel, TermsPanel

__all__ = ["ModelPanel", "NewModel", "NewRevision", "RevisionPanel", "StagePanel", "StagesPanel", "TermsPanel"]
