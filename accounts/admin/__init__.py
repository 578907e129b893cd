"""Attempts to sign in, as the account's owner and administrators see them."""
