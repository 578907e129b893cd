"""Format what was measured of whole requests as tables, and compare it with the targets."""

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.pages import (
    BARE,
    COLD,
    COMPRESSED,
    CROWD,
    EMPTY,
    FACETTED,
    FEED,
    FILES,
    LISTING,
    MICRO,
    POST,
    TAGS,
    UNCHANGED,
    USUAL,
    WARM,
    WITH_MIDDLEWARE,
    Figures,
)
from benchmarks.tables import figure, table, times

PAGES = (LISTING, COMPRESSED, FEED, POST, TAGS, UNCHANGED)
HEADS = ("page", "cold, a second", "ms", "÷ empty", "warm, a second", "ms", "÷ empty", "usual, a second", "ms", "cold ÷ usual")


# What bounds a target where it is missed, by the profiles that the report ends with.
MAKING = "Python that makes the page, then Django's own part in a request, then the index; no part could be halved by itself"
ASKING = "the one question to the database, for the revision: on PostgreSQL it waits for another process"
COPYING = "copying a page of two thousand tags, a third of a megabyte; and the question for the revision"
SECOND_CORE = "what makes a cold page; and on PostgreSQL, that the usual blog's queries run on the second core meanwhile"


class Target(NamedTuple):
    """A limit that a figure is held to, and what bounds the figure where it is missed."""

    what: str
    measured: float
    limit: float
    bound: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        side = "at least" if self.at_least else "at most"
        said = f"- {'met' if self.met else 'MISSED'}: {self.what}: {times(self.measured)} ({side} {times(self.limit)})"
        return said if self.met else f"{said}\n  - what bounds it: {self.bound}"


def report(figures: Figures) -> str:
    """Return everything that was measured of whole requests, as Markdown."""
    rows = [_row(figures, page) for page in PAGES]
    crowd = [
        [f"two tags, page cache {server}", figure(load.rate), figure(load.p50), figure(load.p99), times(load.p99 / load.p50)]
        for server, load in figures.crowd.items()
    ]
    return "\n\n".join(
        [
            "Answers a second, and milliseconds of processor that the server used for one:",
            table(HEADS, rows),
            "\n".join(_beside(figures)),
            table([f"{CROWD} connections", "a second", "median ms", "p99 ms", "p99 ÷ median"], crowd),
            "\n".join(map(str, targets(figures))),
        ]
    )


def _row(figures: Figures, page: str) -> list[str]:
    empty = figures.processor(EMPTY, LISTING)
    cells = [page]
    for server in (COLD, WARM):
        load = figures.loads[server, page]
        cells += [figure(load.rate), figure(load.processor), times(load.processor / empty)]
    if (USUAL, page) not in figures.loads:
        return [*cells, "", "", ""]
    usual = figures.loads[USUAL, page]
    return [*cells, figure(usual.rate), figure(usual.processor), times(figures.rate(COLD, page) / usual.rate)]


def _beside(figures: Figures) -> Iterator[str]:
    names = {
        (EMPTY, LISTING): "an empty Django view, without middleware",
        (WITH_MIDDLEWARE, LISTING): "an empty Django view with the middleware of startproject",
        (FACETTED, LISTING): "the usual listing with its facets",
        (FILES, LISTING): "nginx, the listing's bytes from a file",
        (FILES, POST): "nginx, the post's bytes from a file",
        (MICRO, LISTING): "nginx with the micro-cache of deploy/nginx.conf before the site, the listing",
    }
    for page in (LISTING, FEED):
        load, speedup = figures.loads[BARE, page], figures.rate(BARE, page) / figures.rate(USUAL, page)
        words = f"{page}, cold, with no card or entry kept either"
        yield f"- {words}: {figure(load.rate)} a second, {figure(load.processor)} ms, {times(speedup)} the usual"
    for key, name in names.items():
        if key in figures.loads:
            load = figures.loads[key]
            yield f"- {name}: {figure(load.rate)} a second, {figure(load.processor)} ms"
    yield from (f"- {absence}" for absence in figures.absent)


def targets(figures: Figures) -> Iterator[Target]:
    """Yield the targets, which are for 14,000 posts."""
    empty, listing = figures.processor(EMPTY, LISTING), figures.processor(COLD, LISTING)
    for page, least in ((LISTING, 80), (FEED, 30), (POST, 5)):
        speedup = figures.rate(COLD, page) / figures.rate(USUAL, page)
        yield Target(f"{page}, page cache cold, beside the usual", speedup, least, SECOND_CORE, at_least=True)
    speedup = figures.rate(COLD, LISTING) / figures.rate(FACETTED, LISTING)
    yield Target(
        "two tags, page cache cold, beside the usual with facets, as ours has", speedup, 80, SECOND_CORE, at_least=True
    )
    yield Target("processor of two tags, page cache cold, beside an empty view", listing / empty, 6, MAKING)
    with_middleware = figures.processor(WITH_MIDDLEWARE, LISTING)
    yield Target("the same beside one with the middleware of startproject", listing / with_middleware, 6, MAKING)
    for page in (LISTING, COMPRESSED, FEED, POST, TAGS):
        bound = COPYING if page == TAGS else ASKING
        yield Target(
            f"processor of {page}, page cache warm, beside an empty view", figures.processor(WARM, page) / empty, 2, bound
        )
    yield Target("processor of a 304 beside an empty view", figures.processor(WARM, UNCHANGED) / empty, 1.3, ASKING)
    for server, load in figures.crowd.items():
        waiting = "requests that wait for one of the threads"
        yield Target(f"{CROWD} connections, page cache {server}: p99 beside the median", load.p99 / load.p50, 10, waiting)
