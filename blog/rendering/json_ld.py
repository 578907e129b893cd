"""Structured data of a post: schema.org's BlogPosting as JSON-LD, for search engines and link previews."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from blog.paths import author_path
from blog.rendering.people import portraits
from blog.rendering.post import PostView

if TYPE_CHECKING:
    from blog.rendering.neighbours import NeighbourLinks
    from blog.request import Blog

CONTEXT = "https://schema.org"
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that no text can close the script element


def blog_posting(post: PostView, blog: "Blog", base: str, picture: str = "", series: "Sequence[NeighbourLinks]" = ()) -> Markup:
    """Return a post as JSON-LD (schema.org/BlogPosting); `base` is the site's URL, `picture` that of the post's image."""
    authors = _persons(post, base)
    whole = {"@type": "Blog", "name": blog.title, "url": f"{base}/"}
    wholes = [{"@type": "CreativeWorkSeries", "name": one.label, "url": base + one.address} for one in series]
    properties: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "BlogPosting",
        "headline": post.title,
        "url": base + post.address,
        "datePublished": post.moment,
        "dateModified": post.row.updated.isoformat(),
        "description": post.description,
        "keywords": [tag.name for tag in post.tags],
        "image": base + picture if picture else "",
        "author": authors[0] if len(authors) == 1 else authors,
        "citation": post.link,
        "commentCount": post.comments,
        "inLanguage": blog.language,
        "isPartOf": [whole, *wholes] if series else whole,
        "position": series[0].rank if series else 0,
    }
    return _element(properties)


def _persons(post: PostView, base: str) -> list[dict[str, str]]:
    """Return the authors, with the pictures of those who have one."""
    pictures = portraits(author.picture for author in post.row.authors)
    persons = []
    for author in post.row.authors:
        person = {"@type": "Person", "name": author.name, "url": base + author_path(author.handle)}
        picture = pictures.get(author.picture or 0)
        persons.append(person | ({"image": base + picture} if picture else {}))
    return persons


def _element(properties: dict[str, Any]) -> Markup:
    written = json.dumps(
        {name: value for name, value in properties.items() if value}, ensure_ascii=False, separators=(",", ":")
    )
    return Markup(written.translate(ESCAPED))  # noqa: S704 (HTML's special characters are escaped)
