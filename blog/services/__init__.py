"""What editors do to tags and authors: one verb each, in the one lock order of `blog.models.revision`.

None of them touches a post's row: what shows a name takes it from the snapshot, or by the query for the post, when it is made.
"""
