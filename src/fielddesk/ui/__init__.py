"""The widget kit of the window; it knows no feature."""
