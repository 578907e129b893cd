"""Free slugs for imported posts and pages."""

from blog.models import BlogPage
from tests.support.factories import make_post
from transfer.importing.writing.slugs import SlugAllocator


def test_longest_slug_gets_the_next_free_number(blog: BlogPage) -> None:
    """An export of this site may have such: its number stands in place of its last letters."""
    longest, beginning = "x" * 255, "x" * 245
    for slug in (longest, f"{beginning}-2"):
        make_post(blog, slug=slug)
    assert SlugAllocator().allocate(blog, [longest, longest]) == [f"{beginning}-3", f"{beginning}-4"]
