"""The cloud of tags: each with its listing, its count, and the cloud of what goes with it."""

from math import log
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings

from blog.narrower import Narrower
from blog.reading import query
from blog.selection import Selection
from blog.slugs import in_order
from blog.tagindex import TagIndex


class CloudTag(NamedTuple):
    """A tag in the cloud: its own listing, and the cloud of what goes with it, where it is borne more than once."""

    name: str
    count: int  # type: ignore[assignment]  # in place of tuple.count, which nobody misses
    address: str
    narrower: str | None
    size: int  # 1 to 5, by the logarithm of the count


def cloud(index: TagIndex, within: Selection, by_count: bool) -> list[CloudTag]:
    """Every tag, or every tag that goes with some, by name or by falling count."""
    counted = index.facets(index.select(within), within.tags, len(index.tags()) + 1) if within else index.tags()
    ordered = counted if by_count else sorted(counted, key=lambda facet: in_order(facet.tag.name))
    most = counted[0].count if counted else 1
    narrowing = len(within) + 1 < settings.TAG_LIMIT
    scale = 4 / log(most) if most > 1 else 0
    kept, narrower = query(within.parameters), Narrower(within)
    found = []
    for tag, count in ordered:
        path = narrower.adding(tag.slug)
        further = f"/tags/?with={path[path.index('/tags/') + 6 : -1]}" if narrowing and count > 1 else None
        found.append(CloudTag(tag.name, count, path + kept, further, 1 + round(scale * log(count))))
    return found


def cloud_address(within: Selection) -> str:
    """Where the tags are that go with some."""
    return f"/tags/?with={quote(within.expression, safe='+')}" if within.tags else "/tags/"
