"""The tags of a post, with their current names."""

from blog.models import Tag
from blog.selections.slugs import in_order
from blog.tagindex import IndexedTag, TagIndex


def tags_of(index: TagIndex, post: int) -> list[IndexedTag | Tag]:
    """Return a post's tags ordered by name: without a query where the post is in the index."""
    position = index.position(post)
    if position is None:
        tags: list[IndexedTag | Tag] = list(Tag.objects.filter(post_tags__content_object=post))
    else:
        tags = [index.tag_list[number] for number in index.tag_numbers(position)]
    return sorted(tags, key=lambda tag: (in_order(tag.name), tag.slug))
