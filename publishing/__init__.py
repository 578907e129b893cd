"""Publishing from other programs: tokens with scopes, their limits, Wagtail's API v3, Micropub and IndieAuth.

`guard.admit` finds the token of a request and counts it; what the token's user may do in the admin, the program may do here,
as far as the token's scopes go. docs/publishing.md.
"""
