"""Micropub (W3C Recommendation, 23 May 2017): posts as h-entries, created, changed and deleted by other programs.

`commands.Command` says what to do with which properties; `fields` makes a post's fields of them, and back; `posts` writes.
"""
