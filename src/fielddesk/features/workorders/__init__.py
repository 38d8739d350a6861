"""Work orders: what is to be done, by whom, how far it is, and what was noted."""
