"""Fetching pictures: from public addresses alone, through every redirect and look-up, within limits of size, type and time."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wagtail.images import get_image_model

from blog.models import BlogPage
from tests.support.certificates import make_certificate, server_context
from tests.support.image_server import ImageServer, image_server
from tests.support.importing import command, counts, post, run_import, simple, write_tree
from tests.support.silent_server import silent_server
from transfer.importing.fetching import FetchError, ImageFetcher, is_public

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with image_server() as server:
        yield server


def fetcher(folder: Path, **limits: Any) -> ImageFetcher:
    return ImageFetcher(folder, **{"allowed": LOOPBACK, **limits})


def refusal(found: ImageFetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        found.fetch(url)
    return str(caught.value)


def test_image_is_fetched_once(server: ImageServer, tmp_path: Path) -> None:
    found = fetcher(tmp_path)
    first, second = (found.fetch(server.url("/good.png?x=1")) for _ in range(2))
    assert (first, first.name, first.read_bytes()[:4], sum(server.requests.values())) == (second, "good.png", b"\x89PNG", 1)


def test_loopback_is_refused_by_default(server: ImageServer, tmp_path: Path) -> None:
    found = ImageFetcher(tmp_path)
    assert refusal(found, server.url("/good.png")) == "127.0.0.1 is 127.0.0.1, which is no public address."
    assert "no public address" in refusal(found, f"http://localhost:{server.server_port}/good.png")
    assert not server.requests


@pytest.mark.parametrize(
    "address",
    (
        "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1 192.0.2.1 "
        "198.18.0.1 240.0.0.1 :: ::1 fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 "
        "64:ff9b:1::1 2002:7f00:1::1 2001:0:1::1 2001:db8::1"
    ).split(),
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"])
def test_public_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "spelling", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1.", "ⓛocalhost"]
)
def test_other_spellings_of_loopback_are_refused(spelling: str, server: ImageServer, tmp_path: Path) -> None:
    refusal(ImageFetcher(tmp_path), f"http://{spelling}:{server.server_port}/good.png")
    assert not server.requests


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "192.168.0.1"])
def test_redirect_to_a_private_address_is_refused(host: str, server: ImageServer, tmp_path: Path) -> None:
    server.locations["/redirect.png"] = f"http://{host}/secret.png"
    assert "no public address" in refusal(fetcher(tmp_path), server.url("/redirect.png"))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x.png", "gopher://127.0.0.1/", "http://", "//", "http://[x", "https://.a"]
)
def test_redirect_to_what_is_no_web_address_is_refused(target: str, server: ImageServer, tmp_path: Path) -> None:
    server.locations["/redirect.png"] = target
    assert refusal(fetcher(tmp_path), server.url("/redirect.png"))


def test_redirects_are_followed_but_not_for_ever(server: ImageServer, tmp_path: Path) -> None:
    server.locations |= {"/redirect/a": "/good.png", "/redirect/b": "/redirect/b"}
    assert fetcher(tmp_path).fetch(server.url("/redirect/a")).is_file()
    assert refusal(fetcher(tmp_path), server.url("/redirect/b")) == "It redirects more than 5 times."


def test_name_is_looked_up_once_and_the_checked_address_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that gives a public address first and loopback then."""
    answers = iter(["127.0.0.1", "169.254.169.254"])
    asked: list[str] = []
    connected: list[Any] = []
    original = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **rules: Any) -> Any:
        asked.append(host)
        return original(next(answers) if host == "rebinding.example" else host, port, *args, **rules)

    def connect(address: Any, **rules: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connect)
    refusal(fetcher(tmp_path), "http://rebinding.example/a.png")
    assert (asked, connected) == (["rebinding.example"], [("127.0.0.1", 80)])
    assert "no public address" in refusal(fetcher(tmp_path), "http://rebinding.example/b.png")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/html.png", "It is “text/html”, no image that the library takes."),
        ("/missing.png", "The response is 404 Not Found."),
        ("/large.png", "It is larger than 1 MB."),
        ("/endless.png", "It is larger than 1 MB."),
        ("/short.png", "did not respond"),
    ],
)
def test_responses_that_are_refused(path: str, reason: str, server: ImageServer, tmp_path: Path) -> None:
    assert reason in refusal(fetcher(tmp_path, max_bytes=1 << 20), server.url(path))
    assert not list(tmp_path.rglob("*.png"))


def test_certificate_that_nobody_trusts_is_refused(
    server: ImageServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, secret = make_certificate(tmp_path)
    server.socket = server_context(certificate, secret).wrap_socket(server.socket, server_side=True)
    url = f"https://localhost:{server.server_port}/good.png"
    assert "SSLCertVerificationError" in refusal(fetcher(tmp_path), url)
    assert not server.requests
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetcher(tmp_path).fetch(url).is_file()


def test_slow_server_is_given_up(server: ImageServer, tmp_path: Path) -> None:
    assert "within 0.5 seconds" in refusal(fetcher(tmp_path, seconds=0.5), server.url("/slow.png"))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_silent_server_is_given_up_and_its_host_asked_no_more(scheme: str, tmp_path: Path) -> None:
    with silent_server() as (port, taken):
        found = fetcher(tmp_path, seconds=0.3)
        for number in range(3):
            assert "did not respond" in refusal(found, f"{scheme}://127.0.0.1:{port}/{number}.png")
        assert "asked no more" in refusal(found, f"{scheme}://127.0.0.1:{port}/4.png")
        assert len(taken) <= 3


def test_import_fetches_only_when_asked(blog: BlogPage, server: ImageServer, tmp_path: Path) -> None:
    text = (
        simple("A", cover=server.url("/good/cover.png")) + f"![A]({server.url('/good.png')}) ![B]({server.url('/liar.png')})\n"
    )
    root = write_tree(tmp_path / "one", {"a.md": text, "b.md": simple("B") + f"![]({server.url('/good.png')})\n"})
    run_import(blog, root)
    assert (post("a").cover, not server.requests) == (None, True)
    BlogPage.objects.get(pk=blog.pk).get_children().delete()
    found = fetcher(tmp_path)
    report = run_import(blog, root, fetcher=found, overwrite=True)
    image = get_image_model().objects.get()
    assert (post("a").cover, report.fetched_images, counts(report)) == (image, 3, (2, 0, 0, 0))
    assert f"![A](image:{image.pk}) ![B](http://127.0.0.1" in post("a").body
    assert server.requests["/good.png"] == 1


def test_command_names_what_was_not_fetched(blog: BlogPage, server: ImageServer, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A") + f"![]({server.url('/good.png')})\n"})
    status, said = command(root, "--fetch-images")
    assert (status, "no public address" in said, not server.requests) == (0, True, True)
