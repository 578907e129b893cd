"""Tokens on the page of one's account, and the page that asks whether a program may publish."""
