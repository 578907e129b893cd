"""A post as a Markdown file with front matter: the body of `/SLUG.md`, and the input of `import_posts`."""

from typing import TYPE_CHECKING

import yaml

from blog.paths import web_url

if TYPE_CHECKING:
    from blog.models import PostPage


def as_markdown(post: "PostPage") -> str:
    """Return a post's front matter (YAML) and text."""
    fields = {
        "title": post.title,
        "subtitle": post.subtitle or None,
        "date": post.published.isoformat() if post.published else None,
        "slug": post.slug,
        "author": post.author.handle if post.author else None,
        "tags": [tag.name for tag in post.tags.all()],
        "link": web_url(post.link) or None,
        "summary": post.summary or None,
    }
    front_matter = yaml.safe_dump({name: value for name, value in fields.items() if value}, allow_unicode=True, sort_keys=False)
    return f"---\n{front_matter}---\n\n{post.body}\n"
