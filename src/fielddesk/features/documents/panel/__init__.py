"""Photos and files on any record, and the folder from which new ones are offered."""

from fielddesk.features.documents.panel.folder import FOLDER, HotFolder, hot_folder
from fielddesk.features.documents.panel.photos import Photos, PhotosPanel, count_of

__all__ = ["FOLDER", "HotFolder", "Photos", "PhotosPanel", "count_of", "hot_folder"]
