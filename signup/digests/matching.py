"""Which new posts a subscription selects; each distinct selection is evaluated once in a run."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from wagtail.models import Site

from blog.models import PostPage
from blog.selections.errors import SelectionError
from blog.tagindex import TagIndex
from signup.digests.editions import is_visible, public_indexes
from signup.models import AnyOf
from signup.models.digests import News
from signup.sites import default_site

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post that is news."""

    pk: int
    edition: int
    appeared: datetime
    returned: int  # the edition in which it was last shown again; 0 when it never was


def select(index: TagIndex, selections: AnyOf, posts: Iterable[int]) -> set[int]:
    """Return those of the posts that are in the index and in any of the selections."""
    among = index.among(posts)
    return {post for choice in selections.choices for post in index.ids(index.select(choice, among))}


class Matcher:
    """The news after one edition and up to another, read once for a run, and what each selection has of it."""

    def __init__(self, after: int, last: int) -> None:
        self.last = last
        self._indexes = public_indexes()
        found = News.objects.filter(Q(edition__gt=after) | Q(returned__gt=after), edition__lte=last).to_be_mailed()
        rows = found.values_list("pk", "edition", "appeared", "returned")
        self.news = {pk: NewPost(pk, edition, appeared, returned or 0) for pk, edition, appeared, returned in rows}
        self._matching: dict[tuple[int | None, str], list[NewPost]] = {}

    @cached_property
    def hidden(self) -> list[NewPost]:
        """The news that cannot be read now, and may be again."""
        gone = [post for post in self.news if not is_visible(post, self._indexes.values())]
        return [self.news[post] for post in sorted(PostPage.objects.filter(pk__in=gone).values_list("pk", flat=True))]

    def matching(self, site: int | None, expression: str) -> list[NewPost]:
        """Return the news of a site that a selection has."""
        key = (site, expression)
        if key not in self._matching:
            self._matching[key] = self._match(site, expression)
        return self._matching[key]

    def _match(self, site: int | None, expression: str) -> list[NewPost]:
        index = self._indexes.get(self._path_of(site))
        if index is None or not self.news:
            return []
        try:
            selections = AnyOf.parse(expression)
        except SelectionError as error:  # nothing here stores such; one subscriber's selection stops nobody's digest
            log.warning("The selection %r of a subscription cannot be read: %s", expression, error)
            return []
        return [self.news[post] for post in select(index, selections, self.news)]

    def has_news(self, site: int | None, expression: str, after: int) -> bool:
        """Return whether news after an edition concerns who selects so: it is selected, or hidden now."""
        return any(post.edition > after for post in (*self.hidden, *self.matching(site, expression)))

    def was_shown_again(self, post: int, after: int) -> bool:
        """Return whether a post can be read now that was shown again after an edition, and has settled since."""
        news = self.news.get(post)
        return news is not None and after < news.returned <= self.last and is_visible(post, self._indexes.values())

    def newest_first(self, site: int | None, posts: Iterable[int]) -> list[int]:
        ranks = self._ranks.get(self._path_of(site), {})
        return sorted((post for post in posts if post in ranks), key=ranks.__getitem__)

    @cached_property
    def _ranks(self) -> dict[str, dict[int, int]]:
        """Where each of the news stands among those of a blog, the newest first, by the blog's path."""
        ids = {path: index.ids(index.among(self.news)) for path, index in self._indexes.items()}
        return {path: {post: rank for rank, post in enumerate(found)} for path, found in ids.items()}

    def _path_of(self, site: int | None) -> str:
        """Return the path of a site's blog; of the default one where the site was deleted, "" where it has no blog."""
        return self._paths.get(site, self._paths[None])

    @cached_property
    def _paths(self) -> dict[int | None, str]:
        """The path of each site's blog; under None that of the default site."""
        return {None: default_site().root_page.path, **dict(Site.objects.values_list("pk", "root_page__path"))}
