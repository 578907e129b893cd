"""Backups: database and media in one file, written while the site serves, read back, perhaps encrypted; docs/operations.md."""
