"""Who is served, and where they are."""
