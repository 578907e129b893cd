"""The emails of sign-up: `composers` for the outbox, `rendering` of texts and templates, `links` with their tokens."""
