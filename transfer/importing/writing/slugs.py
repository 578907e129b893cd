"""Free slugs for new posts."""

from collections.abc import Iterable

from wagtail.models import Page

from blog.models import BlogPage
from blog.models.reserved_slugs import MOST_BEFORE_NUMBER, numbered


class SlugAllocator:
    """Gives each post below a blog page the slug it asks for, or that with the first free number: `hello-2`."""

    def __init__(self) -> None:
        self.taken: set[str] = set()  # in this run; a dry run stores none

    def allocate(self, blog: BlogPage, wanted: Iterable[str]) -> list[str]:
        """Return a free slug for each of those wanted, in their order."""
        wanted = list(wanted)
        children = Page.objects.child_of(blog)
        taken = self.taken | set(children.filter(slug__in=wanted).values_list("slug", flat=True))
        contested = {name for name in wanted if name in taken or wanted.count(name) > 1}
        for name in contested:
            taken |= set(children.filter(slug__startswith=f"{name[:MOST_BEFORE_NUMBER]}-").values_list("slug", flat=True))
        slugs = []
        for name in wanted:
            slugs.append(next(slug for slug in numbered(name) if slug not in taken))
            taken.add(slugs[-1])
        return slugs

    def mark_taken(self, slugs: Iterable[str]) -> None:
        """Keep slugs from being given again, once their posts were written, or would have been."""
        self.taken |= set(slugs)
