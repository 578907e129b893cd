"""Selections to measure with: of common and rare tags, with and without an unwanted one, from the tags of a filled database."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from blog.selections.selection import Selection
    from blog.tagindex import Facet, TagIndex

COMMON, RARE = 12, 3  # tags that count as common; posts with a rare one, at least
ALL_OF_ONE = 5  # tags of the selection of all of one post's tags
USUAL_TAGS = 4  # of the post that whole requests ask for; the mean of a real blog


class Case(NamedTuple):
    """A selection and what kind it is of."""

    kind: str
    selection: "Selection"


def cases(index: "TagIndex") -> list[Case]:
    """One selection of each kind, and the same without another common tag."""
    found = list(_wanted(index))
    common = [facet.tag.slug for facet in index.tags()[:COMMON]]
    both = []
    for kind, selection in found:
        unwanted = next(tag for tag in reversed(common) if tag not in selection.wanted)
        both += [Case(kind, selection), Case(f"{kind}; not another", selection.leaving_out(unwanted))]
    return both


def two_common(index: "TagIndex") -> "Selection":
    """Of the commonest tags, the pair that most posts have: the listing that whole requests are measured with."""
    return _best_pair(index, [facet.tag.slug for facet in index.tags()[:COMMON]])


def _wanted(index: "TagIndex") -> Iterator[Case]:
    from blog.selections.selection import Selection

    tags = index.tags()
    common = [facet.tag.slug for facet in tags[:COMMON]]
    rare, others = _rare_with_common(index, common)
    yield Case("1: common", Selection.of(common[:1]))
    yield Case("1: rare", Selection.of([rare]))
    pair = two_common(index)
    yield Case("2: common, common", pair)
    yield Case("2: common, rare", Selection.of([rare, next(tag for tag in common if tag in others)]))
    yield Case("2: rare, rare", Selection.of([rare, others[-1]]))
    yield Case("2: common, nothing left", _empty_pair(index))
    yield Case("3: common", Selection.of([*pair.wanted, index.facets(index.select(pair), pair.wanted, 1)[0].tag.slug]))
    yield Case("5: of one post", Selection.of(_tags_of_one_post(index)))


def _rare_with_common(index: "TagIndex", common: list[str]) -> tuple[str, list[str]]:
    """Return a rare tag that occurs with a common one, and all that it occurs with, the commonest first."""
    from blog.selections.selection import Selection

    for facet in reversed(index.tags()):
        rare = facet.tag.slug
        totals = {found.tag.slug: len(index.select(Selection.of([found.tag.slug]))) for found in _cooccurring(index, rare)}
        if facet.count >= RARE and len(totals) > 1 and set(common) & set(totals):
            return rare, sorted(totals, key=totals.__getitem__, reverse=True)
    raise LookupError("No rare tag occurs with a common one.")


def _cooccurring(index: "TagIndex", tag: str) -> "list[Facet]":
    from blog.selections.selection import Selection

    return index.facets(index.select(Selection.of([tag])), [tag])


def _best_pair(index: "TagIndex", tags: list[str]) -> "Selection":
    from blog.selections.selection import Selection

    return max(map(Selection.of, combinations(tags, 2)), key=lambda pair: len(index.select(pair)))


def _empty_pair(index: "TagIndex") -> "Selection":
    """The commonest two tags that no post has together."""
    from blog.selections.selection import Selection

    tags = [facet.tag.slug for facet in index.tags()[:200]]
    pairs = sorted(combinations(range(len(tags)), 2), key=sum)
    return next(pair for a, b in pairs if not index.select(pair := Selection.of([tags[a], tags[b]])))


def _tags_of_one_post(index: "TagIndex") -> list[str]:
    for position in reversed(index.all_positions):
        tags = [tag.slug for tag in index.tags_of(position)]
        if len(tags) >= ALL_OF_ONE:
            return tags[:ALL_OF_ONE]
    raise LookupError(f"No post has {ALL_OF_ONE} tags.")


def main() -> None:
    """Print the paths of the listing and the post that whole requests ask for."""
    from benchmarks.fill_database import start_django

    start_django()
    from blog.models import BlogPage, PostPage
    from blog.paths import post_path, selection_path
    from blog.tagindex import store

    index = store.snapshot(BlogPage.objects.get().path)
    chosen = index.select(two_common(index))
    position = next(place for place in reversed(chosen) if len(index.tags_of(place)) == USUAL_TAGS)
    post = PostPage.objects.get(pk=next(index.ids(type(chosen)([position]))))
    print(selection_path(two_common(index)), post_path(post.slug))


if __name__ == "__main__":
    main()
