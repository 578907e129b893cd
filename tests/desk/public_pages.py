"""What readers are sent, to be compared byte for byte with what they were sent before."""

from collections.abc import Iterable
from http.client import HTTPConnection
from urllib.parse import urlsplit

EVERYWHERE = ("/", "/feed.rss", "/feed.atom", "/feed.json", "/tags/", "/streams/", "/streams/am-wasser/", "/sitemap.xml")
OF_A_TAG = ("", "feed.rss", "feed.atom", "feed.json")

Pages = dict[str, tuple[int, str, bytes]]  # by addresses: status, where it leads, and what is sent


def public_pages(address: str, tags: Iterable[str] = (), paths: Iterable[str] = ()) -> Pages:
    """Return pages and feeds of the whole site, of some tags, and at other paths, as whoever is not signed in gets them."""
    server = HTTPConnection(urlsplit(address).netloc)
    of_tags = (f"/tags/{tag}/{feed}" for tag in tags for feed in OF_A_TAG)
    found = {path: _get(server, path) for path in (*EVERYWHERE, *of_tags, *paths)}
    server.close()
    return found


def _get(server: HTTPConnection, path: str) -> tuple[int, str, bytes]:
    server.request("GET", path)
    response = server.getresponse()
    return response.status, response.getheader("Location", ""), response.read()
