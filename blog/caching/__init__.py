"""What a process keeps in memory: whole responses until the revision rises, and fragments of pages until their post changes.

`middleware` is where an anonymous request begins and ends; decorate a view with `public_view.public_view` to have its
response kept; `response` is such a response as it is kept; `conditional` says when a 304 will do; `fragments` are cards and
entries.
"""
