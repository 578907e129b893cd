"""Feeds as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1: of a listing (`listing`), of comments (`comments`).

Call `listing.respond`, `comments.of_post` or `comments.of_blog`; `entries` makes each entry once, for whichever feeds show it.
"""
