"""A tag index written for clarity, not speed: the reference that the real one is compared with."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import combinations
from math import log1p

from blog.selections.selection import EXTERNAL, Selection
from blog.tagindex import Cursor, TagIndex

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReferencePost:
    id: int
    published: datetime
    tags: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    external: bool = False

    @property
    def cursor(self) -> Cursor:
        return Cursor((self.published - EPOCH) // timedelta(microseconds=1), self.id)

    def is_in(self, selection: Selection, zone: tzinfo) -> bool:
        local = self.published.astimezone(zone)
        return (
            self.tags.issuperset(selection.wanted)
            and self.tags.isdisjoint(selection.unwanted)
            and selection.author in {None, *self.authors}
            and (selection.source is None or (selection.source == EXTERNAL) == self.external)
            and selection.year in (None, local.year)
            and selection.month in (None, local.month)
        )


@dataclass
class ReferenceIndex:
    """The visible posts; every method gives what TagIndex must give, with tags as slugs."""

    visible: Iterable[ReferencePost] = ()
    zone: tzinfo = UTC
    posts: list[ReferencePost] = field(init=False)

    def __post_init__(self) -> None:
        self.posts = sorted(self.visible, key=lambda post: post.cursor)

    def select(self, selection: Selection) -> list[ReferencePost]:
        return [post for post in self.posts if post.is_in(selection, self.zone)]

    def tags(self) -> list[tuple[str, int]]:
        return _by_count(Counter(tag for post in self.posts for tag in post.tags))

    def authors(self) -> dict[str, int]:
        return dict(Counter(author for post in self.posts for author in post.authors))

    def page(
        self, chosen: list[ReferencePost], length: int, oldest_first: bool, before: Cursor | None, after: Cursor | None
    ) -> tuple[list[int], bool, bool]:
        """The ids, and whether there are newer and older ones."""
        window = [post for post in chosen if (not before or post.cursor < before) and (not after or post.cursor > after)]
        from_oldest = after is not None if (after is None) != (before is None) else oldest_first
        found = window[:length] if from_oldest else window[-length:]
        ids = [post.id for post in found]
        if found:
            newer, older = chosen[-1] != found[-1], chosen[0] != found[0]
        else:
            newer = any(before and post.cursor >= before for post in chosen)
            older = any(after and post.cursor <= after for post in chosen)
        return ids if oldest_first else ids[::-1], newer, older

    def facets(self, chosen: list[ReferencePost], leave: Collection[str], most: int) -> list[tuple[str, int]]:
        counts = Counter(tag for post in chosen for tag in post.tags if tag not in leave)
        return _by_count(Counter({tag: count for tag, count in counts.items() if count < len(chosen)}))[:most]

    def years(self, chosen: list[ReferencePost]) -> list[tuple[int, int]]:
        return sorted(Counter(post.published.astimezone(self.zone).year for post in chosen).items(), reverse=True)

    def months(self, chosen: list[ReferencePost], year: int) -> list[tuple[int, int]]:
        local = [post.published.astimezone(self.zone) for post in chosen]
        return sorted(Counter(moment.month for moment in local if moment.year == year).items(), reverse=True)

    def neighbours(self, chosen: list[ReferencePost], post: ReferencePost) -> tuple[int | None, int | None, int, int]:
        newer = [other.id for other in chosen if other.cursor > post.cursor]
        older = [other.id for other in chosen if other.cursor < post.cursor]
        return newer[0] if newer else None, older[-1] if older else None, len(chosen) - len(newer), len(chosen)

    def pairs(self, post: ReferencePost, most: int) -> list[tuple[str, str, int]]:
        pairs = combinations(sorted(post.tags), 2)
        common = [(*pair, sum(other.tags.issuperset(pair) for other in self.posts)) for pair in pairs]
        return sorted((pair for pair in common if pair[2] > 1), key=lambda pair: (-pair[2], pair))[:most]

    def related(self, post: ReferencePost, most: int) -> list[int]:
        totals = dict(self.tags())

        def score(other: ReferencePost) -> int:
            return sum(round(log1p(len(self.posts) / totals[tag]) * 1_000_000) for tag in other.tags & post.tags)

        others = [other for other in self.posts if other != post and other.tags & post.tags]
        others.sort(key=lambda other: (-score(other), abs(other.published - post.published), other.cursor))
        return [other.id for other in others[:most]]


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda found: (-found[1], found[0]))


def assert_same(index: TagIndex, plain: ReferenceIndex, selections: Iterable[Selection], length: int = 3) -> None:
    """Hold everything an index tells against the plain one, for each selection."""
    assert len(index) == len(plain.posts)
    assert [(tag.slug, count) for tag, count in index.tags()] == plain.tags()
    assert index.authors() == plain.authors()
    for handle in (*index.handles, "nobody"):
        assert index.author_name(handle) == (handle.title() if handle in plain.authors() else "")
    assert index.numbers.keys() == dict(plain.tags()).keys()
    for post in plain.posts:
        position = index.position(post.id)
        assert position is not None
        assert [tag.slug for tag in index.tags_of(position)] == sorted(post.tags)
        assert index.authors_of(position) == sorted(post.authors)
        assert [(a.slug, b.slug, count) for a, b, count in index.pairs(position, 3)] == plain.pairs(post, 3)
        for most in (1, 4):
            assert index.related(position, most) == plain.related(post, most)
    for selection in selections:
        _assert_same_selection(index, plain, selection, length)


def _assert_same_selection(index: TagIndex, plain: ReferenceIndex, selection: Selection, length: int) -> None:
    chosen, expected = index.select(selection), plain.select(selection)
    ids = [post.id for post in expected]
    assert list(index.ids(chosen)) == ids[::-1]
    assert len(chosen) == len(ids)
    assert index.years(chosen) == plain.years(expected)
    for year, _ in plain.years(expected):
        assert index.months(chosen, year) == plain.months(expected, year)
    for most in (1, 3, 30):
        facets = [(tag.slug, count) for tag, count in index.facets(chosen, selection.tags, most)]
        assert facets == plain.facets(expected, selection.tags, most)
    known = {tag for tag, _ in plain.tags()}
    author = [f"@{selection.author}"] if selection.author and selection.author not in plain.authors() else []
    assert index.unknown(selection) == (*(tag for tag in selection.tags if tag not in known), *author)
    for post in plain.posts:
        position = index.position(post.id)
        assert position is not None
        assert index.neighbours(chosen, position) == plain.neighbours(expected, post)
        for before, after in ((None, None), (post.cursor, None), (None, post.cursor)):
            for oldest_first in (False, True):
                page = index.page(chosen, length, oldest_first, before, after)
                wanted = plain.page(expected, length, oldest_first, before, after)
                assert (page.ids, page.newer is not None, page.older is not None) == wanted
