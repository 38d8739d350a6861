"""The window around the pages: places, commands, search, sync and the status bar."""
