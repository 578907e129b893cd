"""Crawl the site from link to link, within bounds: tags make more addresses than anybody can fetch.

It asks for addresses of no more than two choices (a tag, an author, a parameter), or of as many as it is told, and goes on from
those of one or none, unless they say noindex.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit

from django.test import Client
from lxml import html
from lxml.html import HtmlElement

ASKED, READ = 2, 1  # choices
MOST = 5_000  # addresses, by which a walk that never ends is known
LINKS = {"a": "href", "link": "href", "img": "src", "source": "src", "script": "src", "iframe": "src", "form": "action"}


@dataclass(frozen=True)
class Response:
    """What the site answered at an address; `cookies` are those it set."""

    address: str
    status: int
    type: str
    body: bytes
    cookies: tuple[str, ...]

    @property
    def is_page(self) -> bool:
        return self.type.startswith("text/html") and bool(self.body)

    @cached_property
    def tree(self) -> HtmlElement:
        return html.document_fromstring(self.body.decode())

    def links(self) -> Iterator[tuple[HtmlElement, str]]:
        """Each element that leads somewhere, with the whole address."""
        for element in self.tree.iter(*LINKS):
            target = element.get(LINKS[element.tag])
            if target is not None:
                yield element, urljoin(self.address, target)

    @property
    def ids(self) -> list[str]:
        return [str(found) for found in self.tree.xpath("//@id")]

    @property
    def is_indexed(self) -> bool:
        """Return whether robots may put the page into an index."""
        return not any("noindex" in element.get("content", "") for element in self.tree.cssselect("meta[name=robots]"))

    @property
    def canonical(self) -> str | None:
        return next(
            (urljoin(self.address, element.get("href")) for element in self.tree.cssselect("link[rel=canonical]")), None
        )


def fetch(client: Client, address: str) -> Response:
    """Ask for an address, as whole as a browser shows it."""
    parts = urlsplit(address)
    response = client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path, headers={"Host": parts.netloc})
    cookies = tuple(sorted(response.cookies))
    client.cookies.clear()
    return Response(address, response.status_code, response.headers.get("Content-Type", ""), response.getvalue(), cookies)


def is_inside(address: str, home: str) -> bool:
    """Return whether an address is the site's own."""
    return urlsplit(address)[:2] == urlsplit(home)[:2]


def crawl(home: str, asked_choices: int = ASKED) -> dict[str, Response]:
    """Every response by its address, beginning at `home`."""
    client, found, waiting = Client(), dict[str, Response](), deque([home])
    asked = {home}
    while waiting:
        response = fetch(client, waiting.popleft())
        found[response.address] = response
        if len(found) > MOST:
            raise AssertionError(f"The walk had not ended after {MOST} addresses, at {response.address}.")
        if not (response.is_page and response.is_indexed and choices(response.address) <= READ):
            continue
        for _element, target in response.links():
            address = urldefrag(target).url
            if address not in asked and is_inside(address, home) and choices(address) <= asked_choices:
                asked.add(address)
                waiting.append(address)
    return found


def choices(address: str) -> int:
    """How many choices an address makes: tags, wanted or not, an author, parameters of the query.

    >>> choices("http://127.0.0.1/@ada/tags/a+-b/?view=full&order=oldest")
    5
    """
    parts = urlsplit(address)
    tags = re.search(r"/tags/([^/]+)/", parts.path)
    return len(tags[1].split("+") if tags else ()) + parts.path.startswith("/@") + len(parse_qsl(parts.query))


def broken_fragments(response: Response, found: dict[str, Response]) -> list[str]:
    """The links of a page to places that no element stands for."""
    broken = []
    for _element, target in response.links():
        address, fragment = urldefrag(target)
        there = found.get(address)
        if fragment and there and there.is_page and unquote(fragment) not in there.ids:
            broken.append(target)
    return broken
