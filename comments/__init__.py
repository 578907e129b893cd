"""Writing and moderating comments; their model and how they are shown are the blog's.

`services.writing` has the verbs of a comment's writer, `services.moderation` those of editors; `emails` composes, `views`
respond.
"""
