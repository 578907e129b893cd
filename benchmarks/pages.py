"""Whole requests on loopback: the site with its page cache cold and warm, beside the usual blog, an empty view and nginx."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks import nginx
from benchmarks.databases import Databases
from benchmarks.load import Load, press, typical
from benchmarks.servers import Server, ask, manage, project, site, site_environment

COLD, BARE, WARM = "cold", "bare", "warm"  # without the page cache; without that of fragments either; with both
USUAL, FACETTED, FILES, MICRO = "usual", "usual, facets", "nginx", "micro-cache"
EMPTY, WITH_MIDDLEWARE = "empty", "empty, with the middleware of startproject"
LISTING, FEED, POST, TAGS, UNCHANGED, COMPRESSED = "two tags", "its feed", "a post", "/tags/", "a 304", "two tags, brotli"
CONNECTIONS, CROWD = 8, 64
FEW = 2  # connections to the slow ones, as many as their processes: of more, many would be under way at the end


class Subject(NamedTuple):
    """A page that is asked for, of one server."""

    server: str
    page: str
    path: str
    headers: Mapping[str, str] = {}
    expect: int = 200
    connections: int = CONNECTIONS


@dataclass(frozen=True)
class Paths:
    """Where the pages are; the same at the site and at the usual blog."""

    listing: str
    post: str

    @property
    def pages(self) -> dict[str, str]:
        return {LISTING: self.listing, FEED: f"{self.listing}feed.rss", POST: self.post, TAGS: "/tags/"}


@dataclass
class Figures:
    """What was measured: by server and page the median of each figure."""

    loads: dict[tuple[str, str], Load] = field(default_factory=dict)
    crowd: dict[str, Load] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def rate(self, server: str, page: str) -> float:
        return self.loads[server, page].rate

    def processor(self, server: str, page: str) -> float:
        return self.loads[server, page].processor


def measure(base: Databases, folder: Path, paths: Paths, runs: int, seconds: float) -> Figures:
    """Ask for every page of every server in turn, `runs` times; the servers all run, those not asked idly."""
    figures = Figures()
    found: dict[tuple[str, str], list[Load]] = defaultdict(list)
    with _servers(base, folder, paths, figures) as servers:
        subjects = [subject for subject in _subjects(servers, paths) if subject.server in servers]
        for subject in subjects:
            _warm_up(servers[subject.server], subject)
        for _ in range(runs):
            for subject in subjects:
                found[subject.server, subject.page].append(_press(servers[subject.server], subject, seconds))
        for server in (COLD, WARM):
            loads = [press(servers[server], paths.listing, seconds, connections=CROWD) for _ in range(runs)]
            figures.crowd[server] = typical(loads)
    figures.loads = {key: typical(loads) for key, loads in found.items()}
    return figures


@contextmanager
def _servers(base: Databases, folder: Path, paths: Paths, figures: Figures) -> Iterator[dict[str, Server]]:
    manage("collectstatic", "--noinput", **site_environment(base.site, folder))
    with ExitStack() as stack:
        servers = {
            COLD: stack.enter_context(site(base.site, folder, paths.listing, PAGE_CACHE_BYTES="0")),
            BARE: stack.enter_context(site(base.site, folder, paths.listing, PAGE_CACHE_BYTES="0", FRAGMENT_CACHE_BYTES="0")),
            WARM: stack.enter_context(site(base.site, folder, paths.listing)),
            USUAL: stack.enter_context(project("benchmarks.usual.settings", paths.listing, USUAL_DATABASE_URL=base.usual)),
            EMPTY: stack.enter_context(project("benchmarks.empty.settings")),
            WITH_MIDDLEWARE: stack.enter_context(project("benchmarks.empty.with_middleware")),
        }
        servers[FACETTED] = servers[USUAL]
        if nginx.NGINX:
            bodies = {path: ask(servers[WARM].port, path)[2] for path in paths.pages.values()}
            servers[FILES] = stack.enter_context(nginx.files(bodies, _made(folder / "files")))
            servers[MICRO] = stack.enter_context(nginx.micro_cache(servers[WARM], _made(folder / "micro"), paths.listing))
        else:
            figures.absent.append("nginx is not installed, so it was left out: apt-get install nginx-light")
        yield servers


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _subjects(servers: Mapping[str, Server], paths: Paths) -> Iterator[Subject]:
    etag = ask(servers[WARM].port, paths.listing)[1]["ETag"]
    yield Subject(EMPTY, LISTING, "/")
    yield Subject(WITH_MIDDLEWARE, LISTING, "/")
    for server in (COLD, WARM):
        for page, path in paths.pages.items():
            yield Subject(server, page, path, connections=FEW if (server, page) == (COLD, TAGS) else CONNECTIONS)
        yield Subject(server, COMPRESSED, paths.listing, {"Accept-Encoding": "br"})
        yield Subject(server, UNCHANGED, paths.listing, {"If-None-Match": etag}, expect=304)
    for page in (LISTING, FEED):
        yield Subject(BARE, page, paths.pages[page])
    for page, path in paths.pages.items():
        yield Subject(USUAL, page, path, connections=FEW)
    yield Subject(FACETTED, LISTING, f"{paths.listing}?facets", connections=FEW)
    yield Subject(FILES, LISTING, paths.listing)
    yield Subject(FILES, POST, paths.post)
    yield Subject(MICRO, LISTING, paths.listing)


def _warm_up(server: Server, subject: Subject) -> None:
    """Let each process make the page once: which of them takes a connection is chance."""
    for _ in range(4 if subject.connections == FEW else 12):
        ask(server.port, subject.path, subject.headers)


def _press(server: Server, subject: Subject, seconds: float) -> Load:
    return press(server, subject.path, seconds, subject.headers, subject.connections, subject.expect)
