"""Renaming an author, of however many posts."""

from blog.models import Author


def rename_author(author: Author, name: str) -> None:
    """Rename an author; every page shows the new name at the next request."""
    author.name = name
    author.full_clean()
    author.save()
