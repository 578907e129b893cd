"""What one SELECT tells of a blog: the material an index is built from, or brought up to date with. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]  # of whole numbers, as wide as they need to be

NEVER = datetime.fromtimestamp(0, UTC)
NOBODY = 0  # the author of a post that has none
EVERY_POST = 0  # stands for all of them where posts are hidden or noted: no post has this id


def _none() -> Numbers:
    return np.empty(0, np.int64)


@dataclass
class Contents:
    """The live posts of a blog, whether or not they may be seen, with their tags and the revision, at one moment.

    When `noted` is given, only those posts were read, which changed since an older revision; those that are missing are gone.
    """

    revision: int = 0
    changed: datetime = NEVER
    noted: frozenset[int] | None = None
    tags: dict[int, tuple[str, str]] = field(default_factory=dict)  # slug and name by id
    authors: dict[int, str] = field(default_factory=dict)  # handle by id
    hidden: frozenset[int] = frozenset()  # posts that the audience may not open
    expiring: dict[int, float] = field(default_factory=dict)  # the moment by post, in seconds since 1970
    posts: Numbers = field(default_factory=_none)
    published: Numbers = field(default_factory=_none)  # microseconds since 1970
    author: Numbers = field(default_factory=_none)
    external: Numbers = field(default_factory=_none)  # 1 or 0
    bearing: Numbers = field(default_factory=lambda: _none().reshape(0, 2))  # (post, tag) for each of each post's tags

    def visible(self, now: float) -> NDArray[np.bool_]:
        """Say of each post whether it is to be seen."""
        if EVERY_POST in self.hidden:
            return np.zeros(len(self.posts), np.bool_)
        expired = [post for post, moment in self.expiring.items() if moment <= now]
        unseen = np.fromiter({*self.hidden, *expired}, np.int64)
        return ~np.isin(self.posts, unseen)


def fitting(numbers: Numbers, most: int | None = None) -> Numbers:
    """Give the same numbers, none negative, in as few bytes as the greatest (or `most`) needs, two at least."""
    greatest = int(numbers.max(initial=0)) if most is None else most
    return numbers.astype(np.promote_types(np.min_scalar_type(greatest), np.uint16), copy=False)
