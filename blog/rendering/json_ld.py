"""Structured data of a post: schema.org's BlogPosting as JSON-LD, for search engines and link previews."""

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from blog.rendering.post import PostView

if TYPE_CHECKING:
    from blog.request import Blog

CONTEXT = "https://schema.org"
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that no text can close the script element


def blog_posting(post: PostView, blog: "Blog", base: str, picture: str = "") -> Markup:
    """Return a post as JSON-LD (schema.org/BlogPosting); `base` is the site's URL, `picture` that of the post's image."""
    authors = [{"@type": "Person", "name": author.name, "url": base + author.address} for author in post.authors]
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
        "isPartOf": {"@type": "Blog", "name": blog.title, "url": f"{base}/"},
    }
    written = json.dumps(
        {name: value for name, value in properties.items() if value}, ensure_ascii=False, separators=(",", ":")
    )
    return Markup(written.translate(ESCAPED))  # noqa: S704 (HTML's special characters are escaped)
