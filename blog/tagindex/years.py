"""Years and months as stretches of the order of publication, by the site's time zone. Pure."""

from datetime import UTC, datetime, tzinfo

import numpy as np

from blog.tagindex.contents import Numbers
from blog.tagindex.records import MICROSECONDS

Stretch = tuple[int, int]  # the first position, and the first after the last
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = -62_135_500_000 * MICROSECONDS, 253_402_200_000 * MICROSECONDS  # in every zone, in years 1 and 9999


class Years:
    """Where each year begins among posts in order of publication."""

    def __init__(self, published: Numbers, zone: tzinfo) -> None:
        self.published, self.zone = published, zone
        self.stretches = self._find()

    def _find(self) -> dict[int, Stretch]:
        """Leap from year to year: as many searches as there are years with posts."""
        found: dict[int, Stretch] = {}
        start = 0
        while start < len(self.published):
            year = self._year(int(self.published[start]))
            end = max(self.position(year + 1), start + 1)
            found[year] = start, end
            start = end
        return found

    def _year(self, microseconds: int) -> int:
        return datetime.fromtimestamp(min(max(microseconds, EARLIEST), LATEST) // MICROSECONDS, self.zone).year

    def position(self, year: int, month: int = 1) -> int:
        """Give the position of the first post in or after a month."""
        if year > 9998:
            return len(self.published)
        start = datetime(year, month, 1, tzinfo=self.zone) - EPOCH
        return int(np.searchsorted(self.published, (start.days * 86_400 + start.seconds) * MICROSECONDS))

    def months(self, year: int) -> dict[int, Stretch]:
        """Give the stretch of each month of a year; some are empty."""
        if year not in self.stretches:
            return {}
        bounds = [self.position(year, month) for month in range(1, 13)] + [self.stretches[year][1]]
        return {month: (bounds[month - 1], bounds[month]) for month in range(1, 13)}

    def stretch(self, year: int, month: int | None) -> Stretch:
        """Give the stretch of a year or of one month of it; empty when it has no posts."""
        return self.months(year).get(month, (0, 0)) if month else self.stretches.get(year, (0, 0))
