"""A post as a Markdown file with front matter: the body of `/SLUG.md`, and the input of `import_posts`."""

from typing import TYPE_CHECKING

import yaml

from blog.paths import web_url

if TYPE_CHECKING:
    from blog.models import Author, PostPage


def _name_of(author: "Author") -> str:
    """Return an author's name, or the handle where others are called the same: what an import finds the author by."""
    others = type(author).objects.filter(name__iexact=author.name).exclude(pk=author.pk)
    return author.handle if others.exists() else author.name


def as_markdown(post: "PostPage") -> str:
    """Return a post's front matter (YAML) and text."""
    fields = {
        "title": post.title,
        "subtitle": post.subtitle or None,
        "date": post.published.isoformat() if post.published else None,
        "slug": post.slug,
        "authors": [_name_of(author) for author in post.authors],
        "tags": [tag.name for tag in post.tags.all()],
        "link": web_url(post.link) or None,
        "summary": post.summary or None,
    }
    front_matter = yaml.safe_dump({name: value for name, value in fields.items() if value}, allow_unicode=True, sort_keys=False)
    return f"---\n{front_matter}---\n\n{post.body}\n"
