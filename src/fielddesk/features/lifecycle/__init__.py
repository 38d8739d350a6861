"""Product models, their stages, and what a stage asks for."""
