"""Photos and files on any record (`photos.py`), and the folder from which new ones are offered (`folder.py`).

The window needs the folder at its start; what shows photos is loaded when it is first wanted.
"""

from fielddesk.features.documents.panel.folder import FOLDER, HotFolder, hot_folder

__all__ = ["FOLDER", "HotFolder", "hot_folder"]
