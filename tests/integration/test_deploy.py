"""The files in deploy/ and the settings of production, at work together: nginx with TLS in front of `manage.py serve`."""

import gzip
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.checkout import TIMEOUT, answers, checkout, free_port, start, static_files, stop, wait_for
from tests.support.observatory import score

__all__ = ["checkout", "static_files"]

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PASSWORD_DOORS = (
    "/admin/login/",
    "/admin/password_reset/",
    "/admin/password_reset/confirm/MQ/token/",
    "/admin/%6Cogin/",
    "/_util/login/",
    "/_util/authenticate_with_password/1/1/",
    "/documents/authenticate_with_password/1/",
)
UNITS = ("kimonote-prepare.service", "kimonote-web@.service", "kimonote-worker.service")
DROP_IN = "kimonote-.service.d"  # of all of them
HOST = "notes.example"
PICTURED = "everything-markdown-can-do"  # a post of the demo
PREPARE = (
    "from time import time\n"
    "from accounts.sessions import STARTED, SessionStore\n"
    "from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY\n"
    "from django.contrib.auth.models import User\n"
    "from wagtail.models import PageViewRestriction\n"
    "from blog.models import PostPage\n"
    f"post = PostPage.objects.get(slug='{PICTURED}')"
)
SESSION = (
    "user = User.objects.create_user('member'); session = SessionStore(); "
    "session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash(); "
    "session[STARTED] = time(); "
    "session[BACKEND_SESSION_KEY] = 'django.contrib.auth.backends.ModelBackend'; session.save(); print(session.session_key)"
)
pytestmark = [pytest.mark.once]
needs_nginx = pytest.mark.skipif(
    not NGINX and not os.environ.get("CI"), reason="There is no nginx: install Debian's nginx-light."
)


@dataclass
class Site:
    """The ports of nginx and of the site itself, and the folder it writes into."""

    plain: int
    secure: int
    app: int
    var: Path

    def get(self, path: str, secure: bool = True, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One GET, as a visitor's browser sends it."""
        return self._ask("GET", path, None, secure, headers)

    def post(self, path: str, form: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One form, as a visitor's browser sends it."""
        return self._ask("POST", path, form, True, {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def trace(self, path: str) -> int:
        """Return the status of a TRACE."""
        return self._ask("TRACE", path, None, True, {})[0]

    def _ask(
        self, method: str, path: str, body: str | None, secure: bool, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        connection = (
            HTTPSConnection("127.0.0.1", self.secure, context=ssl._create_unverified_context(), timeout=TIMEOUT)
            if secure
            else HTTPConnection("127.0.0.1", self.plain, timeout=TIMEOUT)
        )
        try:
            connection.request(method, path, body, {"Host": HOST, **headers})
            response = connection.getresponse()
            headers = {name.lower(): ", ".join(response.headers.get_all(name, [])) for name in response.headers}
            return response.status, headers, response.read()
        finally:
            connection.close()


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    unlocked = serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    )


def write_nginx_conf(folder: Path, var: Path, plain: int, secure: int, app: int) -> Path:
    """deploy/nginx.conf with this test's ports and folders, within the least of a main file."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for shipped, ours in (
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        ("127.0.0.1:8001", "127.0.0.1:1"),  # a process that is gone: every request must find the other
        ("127.0.0.1:8002", f"127.0.0.1:{app}"),
        (f"/etc/letsencrypt/live/{HOST}", str(folder)),
        ("/var/lib/kimonote", str(var)),
        ("/var/cache/kimonote", str(folder / "cache")),
        ("/var/www/html", str(folder)),
    ):
        assert shipped in text
        text = text.replace(shipped, ours)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr warn; worker_processes 1;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + f"events {{}}\nhttp {{\ninclude /etc/nginx/mime.types;\naccess_log off;\n{temporary}{text}}}\n"
    )
    return conf


@pytest.fixture(scope="module")
def site(
    checkout: Path, migrated_database: Path, static_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The site as operations.md puts it on a server, but for ports and folders."""
    assert NGINX, "There is no nginx, and CI needs it: install Debian's nginx-light."
    folder = tmp_path_factory.mktemp("server")
    plain, secure, app = (free_port() for _ in range(3))
    var = folder / "var"
    env = folder / "kimonote.env"
    env.write_text(
        f"SECRET_KEY={'k3y' * 20}\nSITE_URL=https://{HOST}\nVAR_DIR={var}\n"
        "PROXY_SSL_HEADER=X-Forwarded-Proto\nTRUSTED_PROXIES=127.0.0.1\n"
    )
    variables = {"ENV_FILE": str(env)}
    python = str(checkout / ".venv" / "bin" / "python")
    var.mkdir()
    shutil.copyfile(migrated_database, var / "kimonote.sqlite3")
    (var / "static").symlink_to(static_files)
    prepared = start(checkout, python, "manage.py", "prepare", "--demo", **variables)
    assert prepared.end() == 0, prepared.output
    make_certificate(folder)
    conf = write_nginx_conf(folder, var, plain, secure, app)
    web = start(checkout, python, "manage.py", "serve", "--port", str(app), **variables)
    nginx = start(folder, NGINX, "-p", str(folder), "-c", str(conf))
    try:
        wait_for(lambda: answers(app), web)
        wait_for(lambda: answers(plain), nginx)
        yield Site(plain, secure, app, var)
    finally:
        stop(nginx)
        stop(web)


@contextmanager
def another_nginx(site: Site, folder: Path, replacements: dict[str, str]) -> Iterator[Site]:
    """A second nginx before the same site, whose configuration differs by these replacements."""
    plain, secure = free_port(), free_port()
    make_certificate(folder)
    conf = write_nginx_conf(folder, site.var, plain, secure, site.app)
    text = conf.read_text()
    for shipped, ours in replacements.items():
        assert shipped in text
        text = text.replace(shipped, ours)
    conf.write_text(text)
    nginx = start(folder, str(NGINX), "-p", str(folder), "-c", str(conf))
    try:
        wait_for(lambda: answers(plain), nginx)
        yield Site(plain, secure, site.app, site.var)
    finally:
        stop(nginx)


@pytest.fixture(scope="module")
def cached(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same with the micro-cache switched on, which keeps for an hour here, and says so."""
    replacements = {
        "$kimonote_cache off;": "$kimonote_cache kimonote;",
        "proxy_cache_valid 200 301 404 1s;": (
            "proxy_cache_valid 200 301 404 1h; add_header X-Cache $upstream_cache_status always;"
        ),
        "rate=30r/s": "rate=1000r/s",
    }
    with another_nginx(site, tmp_path_factory.mktemp("cached"), replacements) as another:
        yield another


@pytest.fixture
def limited(site: Site, tmp_path: Path) -> Iterator[Site]:
    """The same with the first request to a form alone, and one more in each three seconds: its counters are new."""
    replacements = {"zone=kimonote_forms burst=20 nodelay": "zone=kimonote_forms"}
    with another_nginx(site, tmp_path, replacements) as another:
        yield another


@needs_nginx
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.8, br;q=0", "gzip"),
        ("br;q=0.5", "br"),
        ("br; q=0.000,gzip;q=0", None),
        ("brass, agzip", None),
    ],
)
def test_micro_cache_keeps_each_coding_by_itself(site: Site, cached: Site, accepted: str, coding: str | None) -> None:
    answers = [cached.get(f"/tags/?accepted={len(accepted)}", **{"Accept-Encoding": accepted}) for _ in range(2)]
    assert [headers["x-cache"] for _, headers, _ in answers] == ["MISS", "HIT"]
    assert [headers.get("content-encoding") for _, headers, _ in answers] == [coding, coding]
    assert answers[0][2] == answers[1][2]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(answers[1][2]) == site.get(f"/tags/?accepted={len(accepted)}")[2]


@needs_nginx
@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/feed.rss", 200), ("/tags/unknown/", 404), ("/tags/Feeds/", 301)])
def test_micro_cache_keeps_what_is_public_and_asks_readers_copies(cached: Site, path: str, status: int) -> None:
    answers = [cached.get(path) for _ in range(2)]
    assert [(code, headers["x-cache"], headers["cache-control"]) for code, headers, _ in answers] == [
        (status, "MISS", "public, no-cache"),
        (status, "HIT", "public, no-cache"),
    ]
    if status == 200:
        known, headers, body = cached.get(path, **{"If-None-Match": answers[0][1]["etag"]})
        assert (known, headers["x-cache"], body) == (304, "HIT", b"")


@needs_nginx
@pytest.mark.parametrize("path", ["/random/", "/_util/health/", "/documents/1/none.txt", "/nothing-here/", "/signup/"])
def test_micro_cache_keeps_nothing_that_is_not_called_public(cached: Site, path: str) -> None:
    assert [cached.get(path)[1].get("x-cache") for _ in range(2)] in (["MISS", "MISS"], [None, None])


@needs_nginx
@pytest.mark.parametrize("cookie", ["__Host-session=x", "a=b; __Host-session=x", "a=b;sessionid=x"])
def test_micro_cache_is_passed_by_whoever_has_a_session(cached: Site, cookie: str) -> None:
    path = f"/tags/?cookie={len(cookie)}"
    assert cached.get(path, Cookie=cookie)[1]["x-cache"] == "BYPASS"
    assert cached.get(path)[1]["x-cache"] == "MISS"
    _, headers, _ = cached.get(path, Cookie=cookie)
    assert headers["x-cache"] == "BYPASS"
    if "__Host-" in cookie:
        assert headers["cache-control"] == "private, no-store"
    assert cached.get(path, Cookie="theme=dark; not__Host-session=x")[1]["x-cache"] == "HIT"


@needs_nginx
def test_plain_http_leads_to_tls(site: Site) -> None:
    status, headers, _ = site.get("/tags/?by=count", secure=False)
    assert (status, headers["location"]) == (301, f"https://{HOST}/tags/?by=count")


@needs_nginx
@pytest.mark.parametrize(
    "path",
    ["/micropub", "/micropub/media/", "/indieauth/token/", "/api/v3/pages/", "/metrics", "/anymail/postmark/tracking/"],
)
def test_program_is_refused_over_plain_http(site: Site, path: str) -> None:
    """It would follow a redirect, and so go on sending its token unencrypted, with nobody noticing (ASVS 4.1.2)."""
    assert site.get(path, secure=False)[0] == 403
    assert site.get(path)[0] in (301, 400, 401, 404, 405)


@needs_nginx
@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
    ],
)
def test_message_whose_end_two_could_see_elsewhere_is_refused(site: Site, framing: str) -> None:
    """Or what follows were another visitor's request (ASVS 4.2.1)."""
    context = ssl._create_unverified_context()
    message = (
        f"POST /signup/ HTTP/1.1\r\nHost: {HOST}\r\n{framing}\r\n\r\n0\r\n\r\nGET /smuggled/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.secure), timeout=TIMEOUT) as plain, context.wrap_socket(plain) as sent:
        sent.sendall(message.encode())
        answer = b"".join(iter(lambda: sent.recv(65_536), b""))
    assert answer.split()[1] in (b"400", b"501")
    assert answer.count(b"HTTP/1.1 ") == 1


@needs_nginx
def test_trace_is_refused(site: Site) -> None:
    assert site.trace("/") == 405


@needs_nginx
def test_page_comes_with_every_header_and_no_cookie(site: Site) -> None:
    status, headers, body = site.get("/tags/feeds+reading/")
    assert status == 200
    assert b"</html>" in body
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in headers
    assert "cookie" not in headers["vary"].lower()
    assert f'<link rel="canonical" href="https://{HOST}/tags/feeds+reading/">'.encode() in body


PAGES = ("/", "/tags/", "/tags/feeds+reading/", "/?q=selection", "/tags/reading/?view=full", "/@maren/", "/streams/", "/feeds/")
PAGES += (
    "/tags/import+wagtail/",
    "/comments/",
    f"/{PICTURED}/",
    f"/{PICTURED}/?in=reading",
    "/signup/",
    "/nothing-here/",
    "/tags/mail/?contents=1",
    "/feed.atom",
    "/robots.txt",
)


@needs_nginx
def test_every_kind_of_page_has_an_a_plus_of_mozillas_observatory(site: Site) -> None:
    scores = {}
    for path in PAGES:
        _, headers, body = site.get(path)
        scores[path] = score(headers, body.decode())
    assert min(scores.values()) >= 100, scores


@needs_nginx
def test_every_answer_has_what_browsers_are_held_to_once(site: Site) -> None:
    """The site's pages and errors, nginx's own, and files (ASVS 3.4.1, 3.4.2, 3.4.4, 3.4.6)."""
    picture = next((site.var / "media" / "images").iterdir())
    style = re.search(r'rel="stylesheet" href="(/static/[^"]+)"', site.get("/")[2].decode())
    assert style is not None
    paths = (
        "/",
        "/nothing-here/",
        "/admin/login/",
        style[1],
        "/static/none.css",
        "/favicon.ico",
        f"/media/images/{picture.name}",
    )
    paths += (
        "/documents/1/none.txt",
        "/media/images/none.webp",
        "/media/documents/x",
        "/media/original_images/x",
        "/media/private/x",
        "/_media/x",
        "/%00",
    )
    found = {path: site.get(path)[1] for path in paths}
    assert {path for path, headers in found.items() if headers.get("strict-transport-security") != "max-age=31536000"} == set()
    found |= {f"http:{path}": site.get(path, secure=False)[1] for path in ("/", "/micropub")}
    assert {path for path, headers in found.items() if headers.get("x-content-type-options") != "nosniff"} == set()
    policies = {path: headers.get("content-security-policy", "") for path, headers in found.items()}
    assert {path: policy for path, policy in policies.items() if policy.count("frame-ancestors '") != 1} == {}
    assert {name for headers in found.values() for name in headers if name.startswith("access-control-")} == set()


@needs_nginx
def test_every_text_says_its_charset_once(site: Site) -> None:
    """The site's pages and errors, nginx's own but for redirects, and files (ASVS 4.1.1)."""
    page = site.get("/admin/login/")[2].decode()
    files = re.findall(r'(?:src|href)="(/static/[^"?]+\.(?:js|css))', page)
    paths = ("/", "/feed.rss", "/robots.txt", "/start-here.md", "/nothing-here/", "/static/none.css", "/%00", *files)
    found = {path: site.get(path)[1]["content-type"] for path in paths} | {
        "http": site.get("/micropub", secure=False)[1]["content-type"]
    }
    assert {path: said for path, said in found.items() if said.count("charset=utf-8") != 1} == {}
    assert {path.rpartition(".")[2] for path in files} == {"js", "css"}


@needs_nginx
def test_page_comes_compressed_by_the_site_and_is_asked_for_once(site: Site) -> None:
    status, headers, body = site.get("/", **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"], body[:2]) == (200, "gzip", b"\x1f\x8b")
    status, said, _ = site.get("/", **{"Accept-Encoding": "gzip", "If-None-Match": headers["etag"]})
    assert (status, said.get("content-security-policy")) == (304, None)  # browsers would hold the page they have to it


@needs_nginx
def test_style_is_kept_for_ever_under_a_name_that_changes(site: Site) -> None:
    _, _, page = site.get("/")
    found = re.search(r'rel="stylesheet" href="(/static/[^"]+)"', page.decode())
    assert found is not None
    status, headers, body = site.get(found[1], **{"Accept-Encoding": "gzip"})
    assert re.fullmatch(r"/static/site\.[0-9a-f]{12}\.css", found[1])
    assert (status, headers["cache-control"], headers["content-encoding"]) == (
        200,
        "public, max-age=31536000, immutable",
        "gzip",
    )
    assert headers["content-type"] == "text/css; charset=utf-8"
    assert body[:2] == b"\x1f\x8b"


@needs_nginx
def test_uploaded_file_runs_nothing_and_originals_and_documents_are_not_given_away(site: Site) -> None:
    picture = next((site.var / "media" / "images").iterdir())
    status, headers, body = site.get(f"/media/images/{picture.name}")
    assert (status, body) == (200, picture.read_bytes())
    assert headers["content-security-policy"].split(";")[0] == "default-src 'none'"
    original = next((site.var / "media" / "original_images").iterdir())
    for place in (
        "media/original_images",
        "media/private/original_images",
        "_media/original_images",
        "media/x/../original_images",
    ):
        assert site.get(f"/{place}/{original.name}")[0] == 404, place
    (site.var / "media" / "documents").mkdir(exist_ok=True)
    (site.var / "media" / "documents" / "secret.txt").write_text("secret")
    assert site.get("/media/documents/secret.txt")[0] == 404


@needs_nginx
def test_picture_of_a_hidden_post_is_sent_by_nginx_to_whom_may_see_it_alone(site: Site, checkout: Path) -> None:
    """The demo's post with a picture is closed, opened to members, and published again, while everything runs."""
    python, variables = str(checkout / ".venv" / "bin" / "python"), {"ENV_FILE": str(site.var.parent / "kimonote.env")}

    def run(code: str) -> str:
        ran = start(checkout, python, "manage.py", "shell", "--no-imports", "-c", f"{PREPARE}\n{code}", **variables)
        assert ran.end() == 0, ran.output
        return str(ran.output).strip().splitlines()[-1]

    _, _, page = site.get(f"/{PICTURED}/")
    address = re.findall(r'src="(/media/images/[^"]+)"', page.decode())[0]
    private = address.replace("/media/", "/media/private/")
    content = site.get(address)[2]
    session = run(f"PageViewRestriction(page=post, restriction_type='login').save(); {SESSION}")
    assert [site.get(path)[0] for path in (address, private, address.replace("/media/", "/_media/private/"))] == [404, 404, 404]
    status, headers, body = site.get(private, Cookie=f"__Host-session={session}")
    assert (status, body, headers["cache-control"]) == (200, content, "private, no-store")
    assert headers["content-security-policy"].split(";")[0] == "default-src 'none'"
    assert headers["content-type"].startswith("image/")
    run("PageViewRestriction.objects.all().delete(); print('done')")
    assert site.get(address)[::2] == (200, content)


@needs_nginx
@pytest.mark.parametrize("path", ["/media/../kimonote.sqlite3", "/static/..%2fkimonote.sqlite3", "/media../kimonote.sqlite3"])
def test_nothing_but_files_is_reached_through_their_folders(site: Site, path: str) -> None:
    status, _, body = site.get(path)
    assert status in (400, 404)
    assert b"SQLite format" not in body


@needs_nginx
@pytest.mark.parametrize(
    "path", ["/static/", "/static/wagtailadmin/", "/media/", "/media/images/", "/media/private/", "/_media/"]
)
def test_no_folder_is_listed(site: Site, path: str) -> None:
    assert site.get(path)[0] in (403, 404)


@needs_nginx
def test_visitor_cannot_claim_tls_nor_a_host(site: Site) -> None:
    assert site.get("/", secure=False, **{"X-Forwarded-Proto": "https"})[0] == 301
    assert site.get("/", Host="evil.example")[0] == 400


@needs_nginx
def test_admin_sets_its_cookies_for_this_host_alone(site: Site) -> None:
    status, headers, _ = site.get("/admin/login/")
    assert status == 200
    assert headers["set-cookie"].startswith("__Host-csrf=")
    assert "Secure" in headers["set-cookie"]


@needs_nginx
@pytest.mark.parametrize("path", PASSWORD_DOORS)
def test_each_address_that_takes_a_password_is_limited(site: Site, limited: Site, path: str) -> None:
    """With the limit as it is but for its burst, so that the addresses can be tried one after the other."""
    statuses = [limited.get(path)[0] for _ in range(4)]
    assert (429 in statuses[1:], statuses[0] == 429, site.get("/")[0]) == (True, False, 200)


@needs_nginx
def test_few_large_bodies_are_taken_at_once_before_anybody_has_signed_in(site: Site) -> None:
    """nginx keeps a body on the disk until it is whole: by any number of them at once, anybody could fill that."""
    context = ssl._create_unverified_context()
    head = f"POST /admin/import/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 400000000\r\n\r\nx"
    with ExitStack() as stack:
        for _ in range(2):
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", site.secure), timeout=TIMEOUT))
            stack.enter_context(context.wrap_socket(plain)).sendall(head.encode())
        assert 429 in (site.post("/admin/import/", "")[0] for _ in range(50))
    assert site.get("/admin/login/")[0] == 200


@needs_nginx
def test_guesser_is_refused_by_the_site_whatever_network_is_claimed(site: Site) -> None:
    """As many wrong passwords as the account's limit lets through are checked; the next says when to try again."""
    _, headers, _ = site.get("/admin/login/")
    cookie = headers["set-cookie"].partition(";")[0]
    token = {"csrfmiddlewaretoken": cookie.partition("=")[2]}
    form = urlencode({**token, "username": "nobody-here", "password": "wrong"})

    def guess(claimed: int) -> tuple[int, str | None]:
        sent = {"Cookie": cookie, "Referer": f"https://{HOST}/admin/login/", "X-Forwarded-For": f"203.0.{claimed}.1"}
        status, received, _ = site.post("/admin/login/", form, **sent)
        return status, received.get("retry-after")

    *checked, (status, retry_after) = [guess(number) for number in range(11)]
    assert checked == [(200, None)] * 10
    assert status == 429
    assert 3000 < int(retry_after or 0) <= 3600


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="There is no systemd-analyze.")
def test_units_are_understood_and_confined(checkout: Path, tmp_path: Path) -> None:
    """Each by itself; the exposure that systemd gives them, from 0 to 10, is at most 2."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    for file in (tmp_path / "deploy").rglob("kimonote-*"):
        for path in [file] if file.is_file() else file.iterdir():
            path.write_text(path.read_text().replace("/srv/kimonote", str(checkout)))
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path / 'deploy'}:"}
    for unit in (*UNITS, "kimonote-web.target"):
        path = tmp_path / "deploy" / unit.replace("@.", "@1.")
        (tmp_path / "deploy" / unit).rename(path)
        verify = ["systemd-analyze", "verify", "--man=no", str(path)]
        verified = subprocess.run(verify, capture_output=True, text=True, check=False, env=environment)
        assert [line for line in verified.stderr.splitlines() if "kimonote" in line] == []
    for unit in UNITS:
        (whole := tmp_path / unit.replace("@.", "@1.")).write_text(
            (ROOT / "deploy" / unit).read_text() + (ROOT / "deploy" / DROP_IN / "confined.conf").read_text()
        )
        security = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(whole)]  # in tenths
        rated = subprocess.run(security, capture_output=True, text=True, check=False)
        assert rated.returncode == 0, rated.stdout[-200:]


def test_every_setting_is_in_the_guide() -> None:
    """Each variable that settings read has a row in operations.md, and each row a variable."""
    code = (ROOT / "site" / "kimonote" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code)) | set(re.findall(r"env\.\w+\('([A-Z_]+)'", code))
    guide = (ROOT / "docs" / "operations.md").read_text()
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", guide, re.MULTILINE))
    assert rows == read


def test_guide_and_units_name_only_commands_that_exist() -> None:
    from django.core.management import get_commands

    texts = [(ROOT / name).read_text() for name in ("docs/operations.md", *(f"deploy/{unit}" for unit in UNITS))]
    named = set(re.findall(r"(?:manage\.py|^\s*kimonote|`kimonote) ([a-z_]+)", "\n".join(texts), re.MULTILINE))
    assert named - set(get_commands()) == set()
    assert {"prepare", "serve", "worker", "check_mail", "import_posts", "createsuperuser"} <= named
