"""Who writes a blog: on its front page, the authors with most notes, each with a line about them."""

from dataclasses import dataclass

from blog.markdown.plain_text import truncate
from blog.models import Author
from blog.paths import author_path
from blog.rendering.description import in_one_line
from blog.tagindex import TagIndex

MOST = 5  # authors
LINE = 140  # characters


@dataclass(frozen=True, slots=True)
class Person:
    """An author with the path of their listing, and how their own text about them begins; it may be empty."""

    name: str
    address: str
    line: str


def people(index: TagIndex) -> list[Person]:
    """Return the authors of most visible posts: one query."""
    counts = index.authors()
    handles = sorted(counts, key=lambda handle: (-counts[handle], handle))[:MOST]
    found = {handle: (name, about) for handle, name, about in _read(handles)}
    return [
        Person(found[handle][0], author_path(handle), truncate(in_one_line(found[handle][1]), LINE))
        for handle in handles
        if handle in found
    ]


def _read(handles: list[str]) -> list[tuple[str, str, str]]:
    return list(Author.objects.filter(handle__in=handles).values_list("handle", "name", "about_html")) if handles else []
