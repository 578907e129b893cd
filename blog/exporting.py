"""A post as Markdown with front matter, in the form that `import_posts` reads."""

import yaml

from blog.models import PostPage


def as_markdown(post: PostPage) -> str:
    """Write a post's front matter (YAML) and text."""
    matter = {
        "title": post.title,
        "date": post.published.isoformat() if post.published else None,
        "slug": post.slug,
        "author": post.author.handle if post.author else None,
        "tags": [tag.name for tag in post.tags.all()],
        "link": post.link or None,
        "summary": post.summary or None,
    }
    head = yaml.safe_dump({name: value for name, value in matter.items() if value}, allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n\n{post.body}\n"
