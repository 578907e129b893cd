"""A backend of PostgreSQL whose test databases begin as copies of one that was migrated once."""
