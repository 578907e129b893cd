"""Images of other sites, fetched safely: from public addresses alone, of a known type, within limits of size and time.

Each host name is looked up once for each request, every address of it is checked, and the connection goes to an address that
was checked: a name that means another address a moment later gains nothing. Redirects are followed through the same checks.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from transfer.importing.words import _

TYPES = {  # that the image library takes, with the suffix of their files
    "image/avif": ".avif",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
}
MAX_BYTES = 10 << 20  # of an image: what the library takes
MAX_REDIRECTS = 5
MAX_ADDRESSES = 4  # of a host that are tried
MAX_FAILURES = 3  # of a host in a row, after which it is asked no more
CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 60.0  # for one request, from connecting to the last byte
CHUNK = 1 << 16  # bytes
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # stands for IPv4 addresses (RFC 6052)
TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"), ipaddress.ip_network("64:ff9b:1::/48"))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
REDIRECTS = (301, 302, 303, 307, 308)


class FetchError(Exception):
    """An image that was not fetched; the message says why, in a sentence."""


class HostError(FetchError):
    """A host that cannot be reached, or does not respond."""


def is_public(address: Address) -> bool:
    """Return whether an address is one of the public Internet, also as IPv6 disguises those of IPv4.

    >>> [is_public(ipaddress.ip_address(text)) for text in ("93.184.216.34", "127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(address in tunnel for tunnel in TUNNELS) or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


class ImageFetcher:
    """Fetches images into a folder, each address once. `allowed` are networks that are asked although they are not public."""

    def __init__(
        self, folder: Path, *, allowed: Iterable[Network] = (), seconds: float = TOTAL_SECONDS, max_bytes: int = MAX_BYTES
    ) -> None:
        self.folder, self.allowed, self.seconds, self.max_bytes = folder, tuple(allowed), seconds, max_bytes
        self.results: dict[str, Path | FetchError] = {}
        self.failures: Counter[str] = Counter()  # in a row, by host

    def fetch(self, url: str) -> Path:
        """Return the file of an image. Raise FetchError where it is refused or cannot be had."""
        if url not in self.results:
            try:
                self.results[url] = self._follow(url)
            except FetchError as error:
                self.results[url] = error
        result = self.results[url]
        if isinstance(result, FetchError):
            raise result
        return result

    def _follow(self, url: str) -> Path:
        """Fetch an image, through redirects."""
        address = f"https:{url}" if url.startswith("//") else url
        for _redirect in range(MAX_REDIRECTS + 1):
            found = self._request(address)
            if isinstance(found, Path):
                return found
            address = _joined(address, found)
        raise FetchError(_("It redirects more than %(max_redirects)s times.") % {"max_redirects": MAX_REDIRECTS})

    def _request(self, url: str) -> Path | str:
        """Return the image at an address, or the address that it redirects to."""
        host, port, is_secure, _path = _parts(url)
        if self.failures[host] >= MAX_FAILURES:
            raise FetchError(
                _("%(host)s did not respond %(max_failures)s times: it is asked no more in this run.")
                % {"host": host, "max_failures": MAX_FAILURES}
            )
        try:
            result = self._respond(url, self._connect(host, port, is_secure))
        except HostError:
            self.failures[host] += 1
            raise
        self.failures[host] = 0
        return result

    def _connect(self, host: str, port: int, is_secure: bool) -> socket.socket:
        """Return a connection to an address of a host that was checked; TLS is not negotiated yet."""
        fault: Exception | None = None
        for address in self._look_up(host, port):
            try:
                connection = socket.create_connection((address, port), timeout=min(CONNECT_SECONDS, self.seconds))
                return _with_tls(connection, host) if is_secure else connection
            except (OSError, ValueError) as error:
                fault = error
        raise HostError(_("%(host)s cannot be reached: %(fault)s.") % {"host": host, "fault": fault}) from fault

    def _look_up(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host. Raise FetchError where one of them is not public."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise HostError(_("%(host)s is not known: %(error)s.") % {"host": host, "error": error}) from error
        addresses = [str(sockaddr[0]) for *_rest, sockaddr in found]
        for text in addresses:
            address = ipaddress.ip_address(text.partition("%")[0])
            if "%" in text or not (is_public(address) or any(address in network for network in self.allowed)):
                raise FetchError(_("%(host)s is %(address)s, which is no public address.") % {"host": host, "address": address})
        return addresses[:MAX_ADDRESSES]

    def _respond(self, url: str, connection: socket.socket) -> Path | str:
        """Ask for an address; a timer ends the connection, also one whose other end sends a byte now and then."""
        host, port, is_secure, path = _parts(url)
        late = threading.Event()
        timer = threading.Timer(self.seconds, _shut_down, (connection, late))
        timer.start()
        client = http.client.HTTPConnection(host, port)
        client.sock = connection
        try:
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            client.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
            client.putheader("Host", _host_header(host, port, is_secure))
            client.putheader("Accept", ", ".join(TYPES))
            client.putheader("User-Agent", "Kimonote import")
            client.endheaders()
            with client.getresponse() as response:
                return self._read(url, response, late)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if late.is_set():
                seconds = f"{self.seconds:g}"
                raise HostError(
                    _("%(host)s did not respond within %(seconds)s seconds.") % {"host": host, "seconds": seconds}
                ) from error
            raise HostError(_("%(host)s did not respond: %(kind)s.") % {"host": host, "kind": type(error).__name__}) from error
        finally:
            timer.cancel()
            client.close()

    def _read(self, url: str, response: http.client.HTTPResponse, late: threading.Event) -> Path | str:
        location = response.getheader("Location")
        if response.status in REDIRECTS and location:
            return location
        if response.status != http.client.OK:
            raise FetchError(
                _("The response is %(status)s %(reason)s.") % {"status": response.status, "reason": response.reason}
            )
        content_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if content_type not in TYPES:
            raise FetchError(
                _("It is “%(content_type)s”, no image that the library takes.") % {"content_type": content_type[:80]}
            )
        content = self._content(response)
        if response.length or late.is_set():
            raise TimeoutError  # the connection was ended before the image was
        path = self.folder / sha256(url.encode()).hexdigest() / f"{_stem(url)}{TYPES[content_type]}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def _content(self, response: http.client.HTTPResponse) -> bytes:
        """Return a response's content. Raise FetchError where it is too large, by what it says or by what it sends."""
        size = response.getheader("Content-Length") or ""
        content = b""
        while int(size if size.isdecimal() else 0) <= self.max_bytes and len(content) <= self.max_bytes:
            chunk = response.read(CHUNK)
            if not chunk:
                return content
            content += chunk
        raise FetchError(_("It is larger than %(max_bytes)s MB.") % {"max_bytes": self.max_bytes >> 20})


def _with_tls(connection: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        context = ssl.create_default_context()
        return context.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
    except (OSError, ValueError):
        connection.close()
        raise


def _joined(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError as error:
        raise FetchError(_("It redirects to an address that cannot be understood.")) from error


def _parts(url: str) -> tuple[str, int, bool, str]:
    """Return the host, port, whether it is HTTPS, and the path of an address. Raise FetchError where it is none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise FetchError(_("The address cannot be understood.")) from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(_("The address is none of HTTP or HTTPS."))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    quoted = "".join(sign if "!" <= sign <= "~" else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in path)
    return host, port or (443 if parts.scheme == "https" else 80), parts.scheme == "https", quoted


def _host_header(host: str, port: int, is_secure: bool) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == (443 if is_secure else 80) else f"{name}:{port}"


def _stem(url: str) -> str:
    """Return a file's name, without suffix, that tells what the image is."""
    name = Path(urlsplit(url).path).stem[:60]
    return "".join(sign if sign.isalnum() else "-" for sign in name).strip("-") or "image"


def _shut_down(connection: socket.socket, late: threading.Event) -> None:
    late.set()  # first: the other thread wakes as soon as the connection ends
    with suppress(OSError):  # it may be closed already
        connection.shutdown(socket.SHUT_RDWR)
