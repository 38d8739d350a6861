"""The installed base: which machine stands where, in which state."""
