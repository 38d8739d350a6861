"""Headquarters: the same store and the same actions behind HTTP."""
