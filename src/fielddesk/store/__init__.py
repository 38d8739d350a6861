"""One SQL store for laptop and headquarters: the same tables, the same actions, the same rows."""
