"""What is kept in a process's memory: whole responses until the revision rises, and fragments of pages.

`middleware` is where an anonymous request begins and ends; `public_view` marks the views whose response is the same for
everyone; `response` is such a response as it is kept; `conditional` says when a 304 will do; `fragments` are cards and entries.
"""
