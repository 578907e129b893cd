"""Feeds as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1: of a listing (`listing`), of comments (`comments`)."""
