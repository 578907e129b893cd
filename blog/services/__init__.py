"""What editors and the worker do to tags, posts and the files of images, in the one lock order of `blog.models.revision`.

Call `tags.save_renamed`, `tags.merge`, `tags.split_tag`, `tags.add_alias`, `tags.delete_tag`, and `undo.undo` with what each
returns; `bootstrap.found_blog` gives an empty database its blog. No verb for tags renders a post: what shows a name takes it
from the snapshot, or by the query for the post.
"""
