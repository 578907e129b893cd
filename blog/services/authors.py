"""Renaming and deleting an author, of however many posts."""

from blog.models import Author
from blog.models.revision import locked_revision


def rename_author(author: Author, name: str) -> None:
    """Rename an author; every page shows the new name at the next request."""
    author.name = name
    author.full_clean()
    author.save()


def delete_author(author: Author) -> None:
    """Delete an author; the posts remain without an author."""
    with locked_revision():
        author.delete()
