"""Building an index from what one SELECT told. Pure."""

from array import array
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from blog.tagindex.contents import NOBODY, Contents, Numbers
from blog.tagindex.index import TagIndex
from blog.tagindex.records import IndexedTag, Positions
from blog.tagindex.years import Years


def build(contents: Contents, zone: tzinfo, now: float) -> TagIndex:
    """Build the index of the posts that are visible at `now` (seconds since 1970)."""
    seen = contents.visible(now)
    posts, published = contents.posts[seen], contents.published[seen]
    order = np.lexsort((posts, published))
    posts, published = posts[order], published[order]
    by_id = np.argsort(posts)
    sorted_ids = posts[by_id]
    positions, tags = _bearing(contents, sorted_ids, by_id)
    tag_list, numbered = _number(contents, tags)
    starts = np.searchsorted(positions, np.arange(len(posts) + 1)).astype(np.int32)
    borne_by = _bitmaps(positions, numbered, len(tag_list))
    return TagIndex(
        revision=contents.revision,
        version=_version(contents, now),
        changed=contents.changed,
        stale_at=_stale_at(contents, now),
        everything=Positions(range(len(posts))),
        post_ids=posts,
        published=published,
        sorted_ids=sorted_ids,
        sorted_positions=by_id.astype(np.uint32),
        starts=starts[:-1],
        ends=starts[1:],
        forward=numbered,
        tag_list=tag_list,
        borne_by=borne_by,
        falling=sorted(range(len(tag_list)), key=lambda number: (-len(borne_by[number]), tag_list[number].slug)),
        numbers={tag.slug: number for number, tag in enumerate(tag_list)},
        by_author=_by_author(contents, contents.author[seen][order]),
        external=_positions(np.flatnonzero(contents.external[seen][order])),
        years_of_posts=Years(published, zone),
    )


def _bearing(contents: Contents, sorted_ids: Numbers, by_id: Numbers) -> tuple[Numbers, Numbers]:
    """Give (position, tag id) for each tag of each visible post, by position."""
    if not len(sorted_ids):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    places = np.searchsorted(sorted_ids, contents.bearing)
    places[places == len(sorted_ids)] = 0
    seen = sorted_ids[places] == contents.bearing
    positions, tags = by_id[places[seen]], contents.borne[seen]
    order = np.argsort(positions, kind="stable")
    return positions[order], tags[order]


def _number(contents: Contents, tags: Numbers) -> tuple[list[IndexedTag], NDArray[np.int32]]:
    """Number the tags that are borne; give them, and the numbers in place of the ids."""
    ids, numbered = np.unique(tags, return_inverse=True)
    return [IndexedTag(tag, *contents.tags[tag]) for tag in ids.tolist()], numbered.astype(np.int32)


def _bitmaps(positions: Numbers, numbered: NDArray[np.int32], length: int) -> list[Positions]:
    order = np.argsort(numbered, kind="stable")
    cuts = np.searchsorted(numbered[order], np.arange(1, length))
    return [_positions(part) for part in np.split(positions[order], cuts)] if length else []


def _by_author(contents: Contents, authors: Numbers) -> dict[str, Positions]:
    ids = [author for author in np.unique(authors).tolist() if author != NOBODY]
    return {contents.authors[author]: _positions(np.flatnonzero(authors == author)) for author in ids}


def _positions(rising: NDArray[np.int64]) -> Positions:
    return Positions(array("I", rising.astype(np.uint32).tobytes()))


def _version(contents: Contents, now: float) -> str:
    """Name what is visible: the revision, and the last expiry since which nothing was saved."""
    passed = [moment for post, moment in contents.expiring.items() if moment <= now and post not in contents.hidden]
    return f"{contents.revision}-{max(passed) * 1e6:.0f}" if passed else str(contents.revision)


def _stale_at(contents: Contents, now: float) -> float | None:
    coming = [moment for post, moment in contents.expiring.items() if moment > now and post not in contents.hidden]
    return min(coming, default=None)
