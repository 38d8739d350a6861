"""Settings: language, theme and text size of this laptop, and what it is to headquarters."""
