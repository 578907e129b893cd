"""Media in a bucket, kept by nginx (deploy/nginx-bucket.conf): the site is asked each time, and nothing hidden is sent."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from blog.services.image_files import place_image_files
from tests.integration.test_deploy import NGINX, ROOT, Site, make_certificate, needs_nginx, write_nginx_conf
from tests.integration.test_image_leaks import Files
from tests.integration.test_leaks import HIDING
from tests.support.checkout import answers, free_port, start, stop, wait_for
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions

pytestmark = [needs_nginx, pytest.mark.sockets, pytest.mark.once, pytest.mark.django_db(transaction=True)]
LOCATION = re.compile(r"^    location /media/ \{.*?^    \}\n", re.DOTALL | re.MULTILINE)


@pytest.fixture
def nginx(bucket: Any, live_server: LiveServer, settings: LazySettings, tmp_path: Path) -> Iterator[Site]:
    """nginx before the test's own site, with its cache as it is shipped; it says what it did."""
    folder, plain, secure = tmp_path / "nginx", free_port(), free_port()
    folder.mkdir()
    make_certificate(folder)
    app = int(live_server.url.rpartition(":")[2])
    conf = write_nginx_conf(folder, folder, plain, secure, app)
    kept = (ROOT / "deploy" / "nginx-bucket.conf").read_text()
    kept = kept.replace("proxy_cache_lock on;", "proxy_cache_lock on; add_header X-Cache $upstream_cache_status always;")
    text, replaced = LOCATION.subn(kept.replace("\\", r"\\"), conf.read_text())
    assert (replaced, "X-Cache" in text) == (1, True)
    conf.write_text(text)
    running = start(folder, str(NGINX), "-p", str(folder), "-c", str(conf))
    try:
        wait_for(lambda: answers(plain), running)
        yield Site(plain, secure, app, folder)
    finally:
        stop(running)


def ask(nginx: Site, name: str) -> tuple[int, str | None, bytes]:
    status, headers, body = nginx.get(f"/media/{name}", Host="testserver")
    return status, headers.get("x-cache"), body


@pytest.mark.parametrize("transition", HIDING)
def test_kept_file_is_sent_while_anybody_may_see_it_and_not_once_more(nginx: Site, transition: str) -> None:
    blog, files = make_blog(), Files()
    post = make_post(blog, title="Shown", body=files.text, cover=files.images[0])
    make_versions()
    for name in files.names():
        found = [ask(nginx, name) for _time in range(3)]
        assert [(status, did) for status, did, _ in found] == [(200, "MISS"), (200, "REVALIDATED"), (200, "REVALIDATED")]
        assert len({body for _, _, body in found}) == 1
    HIDING[transition](post)
    place_image_files()
    hidden = [ask(nginx, name) for name in sorted(files.names()) for _time in range(2)]
    assert {status for status, _, _ in hidden} == {404}


def test_browser_s_copy_holds_and_headers_are_those_of_a_picture(nginx: Site) -> None:
    files = Files()
    make_post(make_blog(), cover=files.images[0])
    make_versions()
    name = files.images[0].renditions.first().file.name
    ask(nginx, name)
    _, headers, body = nginx.get(f"/media/{name}", Host="testserver")
    assert headers["cache-control"] == "public, max-age=2592000, s-maxage=0"
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert "x-accel-expires" not in headers
    assert "set-cookie" not in headers
    known, _, rest = nginx.get(f"/media/{name}", True, **{"Host": "testserver", "If-None-Match": headers["etag"]})
    assert (known, rest, len(body) > 0) == (304, b"", True)


def test_cache_gives_nothing_away_without_the_site(nginx: Site) -> None:
    """Nothing of a file that not everybody may see is kept."""
    files = Files()
    make_post(make_blog(), live=False, cover=files.images[0])
    make_versions()
    addresses = [address.removeprefix("/media/") for address in files.addresses() if address.startswith("/media/")]
    assert {ask(nginx, name)[0] for name in addresses} == {404}
    cached = nginx.var / "cache-media"
    assert not cached.exists() or not any(path.is_file() for path in cached.rglob("*"))
