"""The blog in the Wagtail admin; `hooks` registers all of it.

`posts`, `bin` and `post_undo` are the listings of posts, `many` what is done with the chosen ones; `tags` is the section
of tags, `lists` has authors and streams; the other modules are forms, fields and choosers.
"""
