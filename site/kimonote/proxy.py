"""The proxy in front, told by PURGE to forget pages: Wagtail's backend for that, which gives up in time and says so."""

from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from wagtail.contrib.frontend_cache.backends.http import HTTPBackend

PATIENCE = 5  # seconds
FORGOTTEN = (*range(200, 300), 404, 412)  # some proxies say that they had no such page


class PurgeError(Exception):
    """The proxy does not purge; the message is a sentence."""


class Proxy(HTTPBackend):
    """Wagtail's own would wait for ever, and log a failure that nobody makes good for."""

    def purge(self, url: str) -> None:
        self.purge_batch([url])

    def purge_batch(self, urls: Iterable[str]) -> None:
        """Purge all of them by one connection; raises PurgeError at the first that fails."""
        secure = self.cache_scheme == "https"
        connection = (HTTPSConnection if secure else HTTPConnection)(self.cache_netloc, timeout=PATIENCE)
        try:
            for url in urls:
                self._purge(connection, url)
        except (OSError, HTTPException) as error:
            raise PurgeError(f"The proxy at {self.cache_netloc} cannot be reached: {error!r}. PURGE_URL names it.") from error
        finally:
            connection.close()

    def _purge(self, connection: HTTPConnection, url: str) -> None:
        page = urlsplit(url)
        connection.request("PURGE", page.path, headers={"Host": page.netloc})
        answer = connection.getresponse()
        answer.read()
        if answer.status not in FORGOTTEN:
            raise PurgeError(
                f"The proxy at {self.cache_netloc} answered {answer.status} to PURGE {url}: let it take that from this machine."
            )
