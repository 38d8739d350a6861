"""Photos, files and issued documents."""
