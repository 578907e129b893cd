"""A new post filled in by the parameters of its form's address: title, link, text and tags, each within limits."""

from typing import Final

from django.http import QueryDict
from django.utils.text import slugify

from blog.models import PostPage, PostTag, Tag
from blog.models.tag_names import find_tags
from blog.models.tags import name_fault
from blog.paths import web_url
from blog.selections.errors import SelectionError
from blog.selections.typed import KnownTags, read_typed

LIMITS: Final = {"title": 255, "link": 2_000, "text": 20_000, "tags": 2_000}  # characters
MOST_TAGS: Final = 50
MOST_SLUG: Final = 255  # characters


def bounded(given: QueryDict) -> dict[str, str]:
    """Return the parameters that are known, without control characters and within their limits.

    A link that a phone shares as its text is the link.
    """
    values = {name: _printable(given.get(name, ""))[:most].strip() for name, most in LIMITS.items()}
    values["link"] = web_url(values["link"])
    if not values["link"] and (link := web_url(values["text"])):
        values |= {"link": link, "text": ""}
    return {name: value for name, value in values.items() if value}


def prefill(post: PostPage, given: QueryDict) -> None:
    """Set the fields of an unsaved post; its tags in memory only."""
    values = bounded(given)
    post.title, post.link, post.body = values.get("title", ""), values.get("link", ""), values.get("text", "")
    post.slug = slugify(post.title, allow_unicode=True)[:MOST_SLUG]  # as the form's script would have it
    names = _names(values.get("tags", ""))
    known = find_tags(names)
    tags = {(tag := known.get(name) or Tag(name=name)).name: tag for name in names}
    post.tagged_items.set([PostTag(tag=tag) for tag in tags.values()])


def _names(text: str) -> list[str]:
    """Return the names of tags in a text: between commas, or without any as people type them in an address."""
    if "," in text:
        names = [" ".join(name.split()) for name in text.split(",")]
    else:
        try:
            names = list(read_typed(text, KnownTags.of(Tag.objects.values_list("slug", "name"))).wanted)
        except SelectionError:
            names = text.split()
    return [name for name in names if name and not name_fault(name)][:MOST_TAGS]


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")
