"""Moderation in the Wagtail admin: the list of comments, what can be done with one or with many, the dashboard's panel."""
