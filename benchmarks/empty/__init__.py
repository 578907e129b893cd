"""The least that Django can do for a request: no middleware, no database, no template."""
