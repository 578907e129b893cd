"""A post in schema.org's words, as JSON-LD: what search engines and others that quote a page read. It is not executed."""

import json
from typing import Any

from django.utils.safestring import SafeString

from blog.models.rows import PostRow
from blog.notes import Note
from blog.request import Blog

CONTEXT = "https://schema.org"
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that no text ends the element that it stands in


def blog_posting(post: PostRow, shown: Note, blog: Blog, base: str, picture: str = "") -> SafeString:
    """Describe a post (schema.org/BlogPosting); `base` is the site's address, `picture` that of its own."""
    author = {"@type": "Person", "name": shown.author, "url": base + shown.author_address} if shown.author else None
    said: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "BlogPosting",
        "headline": shown.title,
        "url": base + shown.address,
        "datePublished": shown.moment,
        "dateModified": post.updated.isoformat(),
        "description": shown.description,
        "keywords": [tag.name for tag in shown.tags],
        "image": base + picture if picture else "",
        "author": author,
        "citation": shown.link,
        "commentCount": post.comments,
        "inLanguage": blog.language,
        "isPartOf": {"@type": "Blog", "name": blog.title, "url": f"{base}/"},
    }
    written = json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False, separators=(",", ":"))
    return SafeString(written.translate(ESCAPED))
