"""What one SELECT tells of a blog: the material an index is built from. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
NEVER = datetime.fromtimestamp(0, UTC)
NOBODY = 0  # the author of a post that has none


def _none() -> Numbers:
    return np.empty(0, np.int64)


@dataclass
class Contents:
    """The live posts of a blog, whether or not they may be read, with their tags and the revision, at one moment."""

    revision: int = 0
    changed: datetime = NEVER
    tags: dict[int, tuple[str, str]] = field(default_factory=dict)  # slug and name by id
    authors: dict[int, str] = field(default_factory=dict)  # handle by id
    hidden: frozenset[int] = frozenset()  # posts that the audience may not open
    expiring: dict[int, float] = field(default_factory=dict)  # the moment by post, in seconds since 1970
    posts: Numbers = field(default_factory=_none)
    published: Numbers = field(default_factory=_none)  # microseconds since 1970
    author: Numbers = field(default_factory=_none)
    external: Numbers = field(default_factory=_none)  # 1 or 0
    bearing: Numbers = field(default_factory=_none)  # a post, once for each of its tags …
    borne: Numbers = field(default_factory=_none)  # … and that tag

    def visible(self, now: float) -> NDArray[np.bool_]:
        """Say of each post whether it is to be seen."""
        expired = [post for post, moment in self.expiring.items() if moment <= now]
        unseen = np.fromiter({*self.hidden, *expired}, np.int64)
        return ~np.isin(self.posts, unseen)
