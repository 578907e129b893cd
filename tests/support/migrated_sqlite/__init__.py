"""A backend of SQLite whose test databases begin as copies of one that was migrated once."""
