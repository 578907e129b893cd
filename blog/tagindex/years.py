"""Years and months as ranges of positions in order of publication, in the site's time zone. Pure."""

from bisect import bisect
from datetime import datetime, tzinfo

import numpy as np

from blog.selections.cursor import EPOCH, MICROSECONDS
from blog.tagindex.types import IntArray

PositionRange = tuple[int, int]  # start and end, as in range()
EARLIEST, LATEST = -62_135_500_000 * MICROSECONDS, 253_402_200_000 * MICROSECONDS  # in every zone, in years 1 and 9999


class YearRanges:
    """The range of positions of each year, found by binary search."""

    def __init__(self, published: IntArray, zone: tzinfo) -> None:
        self.published, self.zone = published, zone
        self.ranges = self._find()

    def _find(self) -> dict[int, PositionRange]:
        """Return the range of each year with posts: one binary search a year."""
        found: dict[int, PositionRange] = {}
        start = 0
        while start < len(self.published):
            year = self._year(int(self.published[start]))
            end = max(self.position(year + 1), start + 1)
            found[year] = start, end
            start = end
        return found

    def _year(self, microseconds: int) -> int:
        return datetime.fromtimestamp(min(max(microseconds, EARLIEST), LATEST) // MICROSECONDS, self.zone).year

    def years_of(self, positions: IntArray) -> list[int]:
        """Return the year of the post at each position."""
        years = list(self.ranges)
        starts = [start for start, _end in self.ranges.values()]
        return [years[bisect(starts, position) - 1] for position in positions.tolist()]

    def position(self, year: int, month: int = 1) -> int:
        """Return the position of the first post in or after a month."""
        if year > 9998:
            return len(self.published)
        start = datetime(year, month, 1, tzinfo=self.zone) - EPOCH
        return int(np.searchsorted(self.published, (start.days * 86_400 + start.seconds) * MICROSECONDS))

    def months(self, year: int) -> dict[int, PositionRange]:
        """Return the range of each month of a year; some are empty."""
        if year not in self.ranges:
            return {}
        bounds = [self.position(year, month) for month in range(1, 13)] + [self.ranges[year][1]]
        return {month: (bounds[month - 1], bounds[month]) for month in range(1, 13)}

    def range_of(self, year: int, month: int | None) -> PositionRange:
        """Return the range of a year, or of one month of it; (0, 0) without posts."""
        return self.months(year).get(month, (0, 0)) if month else self.ranges.get(year, (0, 0))
