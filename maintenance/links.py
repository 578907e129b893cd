"""A report of broken links: those to this site are asked of the site itself, those to others from public addresses alone."""

import http.client
import threading
import time
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote_to_bytes, urljoin, urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import close_old_connections
from django.db.models import QuerySet
from django.test import RequestFactory
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Site

from blog.admin.page_choosers import explorable_pages
from blog.batches import batched
from blog.images.visibility import public_pages
from blog.markdown.references import DOCUMENT, IMAGE, LINKS, PAGE
from blog.markdown.tokens import Tag, parse
from blog.models import PostPage
from jobs.kinds import Run
from transfer.importing.fetching import REDIRECTS, FetchError, HostError, ImageFetcher
from transfer.importing.source import split_address

GONE: Final = (404, 410)
CHUNK: Final = 100  # posts read at a time
MAX_REDIRECTS: Final = 5
MAX_OTHERS: Final = 5_000  # addresses of other sites in one run
SECONDS: Final = 15.0  # for one of them
PAUSE: Final = 0.5  # seconds between two requests to the same host


def check_links(run: Run) -> dict[str, Any]:
    """Return the public posts that the user may see in the admin whose links lead nowhere, with these and the reasons."""
    posts = PostPage.objects.filter(pk__in=explorable_pages(run.user).values("pk")).filter(pk__in=public_pages().values("pk"))
    own = OwnSite()
    keys = list(posts.order_by("pk").values_list("pk", flat=True))
    run.total = len(keys)
    titles: dict[int, str] = {}
    broken: dict[int, list[tuple[str, str]]] = {}
    others: dict[str, list[int]] = {}
    for post in _read(posts.defer("body"), keys):
        for target in _targets(post):
            titles[post.pk] = post.title
            where = _joined(post.full_url or settings.WAGTAILADMIN_BASE_URL, target)
            if reason := own.fault_of(where):
                broken.setdefault(post.pk, []).append((target, reason))
            elif own.is_other(where):
                others.setdefault(where, []).append(post.pk)
        run.step()
    if run.parameters["others"]:
        for target, reason in _faults_of_others(run, others):
            for pk in others[target]:
                broken.setdefault(pk, []).append((target, reason))
    return {"posts": [{"post": pk, "title": titles[pk], "links": links} for pk, links in sorted(broken.items())]}


def _read(posts: QuerySet[PostPage], keys: list[int]) -> Iterator[PostPage]:
    """Yield the posts that are still there, and leave no query open: SQLite lets no reader write once another process has."""
    for some in batched(keys, CHUNK):
        yield from list(posts.filter(pk__in=some).order_by("pk"))


def _targets(post: PostPage) -> Iterable[str]:
    """Return the addresses that a post leads to, each once."""
    return dict.fromkeys([*links_in(post.html), *([post.link] if post.link else [])])


def links_in(html: str) -> Iterator[str]:
    """Yield the addresses of links and pictures in stored HTML; of references, as authors write them: page:5."""
    names = {PAGE: "page", DOCUMENT: "doc", IMAGE: "image"}
    for tag in parse(html):
        if isinstance(tag, Tag) and tag.name in ("a", "img"):
            reference = next((name for name in LINKS if name in tag.attributes), None)
            if reference:
                yield f"{names[reference]}:{tag.attributes[reference]}"
            elif address := tag.attributes.get("href") or tag.attributes.get("src"):
                yield unescape(address)


class OwnSite:
    """This site, asked as an anonymous visitor asks, in this process; each address once."""

    def __init__(self) -> None:
        self.hosts = {urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc}
        self.hosts |= {urlsplit(site.root_url).netloc for site in Site.objects.all()}
        self.handler = WSGIHandler()
        self._faults: dict[str, str] = {}

    def is_other(self, address: str) -> bool:
        parts = split_address(address)
        return parts.scheme in ("http", "https") and parts.netloc not in self.hosts

    def fault_of(self, address: str) -> str:
        """Return why an address of this site, or a reference, leads nowhere; "" where it leads somewhere, or elsewhere."""
        address = address.partition("#")[0]
        if address not in self._faults:
            kind, _colon, number = address.partition(":")
            if kind in ("page", "doc", "image") and number.isdecimal():
                self._faults[address] = "" if _is_there(kind, int(number)) else _("not there, or not for everybody")
            else:
                self._faults[address] = "" if self._leads_somewhere(address) else _("not found")
        return self._faults[address]

    def _leads_somewhere(self, address: str) -> bool:
        for _redirect in range(MAX_REDIRECTS):
            parts = split_address(address)
            if parts.scheme not in ("http", "https") or parts.netloc not in self.hosts:
                return True
            if parts.path.startswith(settings.MEDIA_URL):
                return default_storage.exists(
                    unquote_to_bytes(parts.path.removeprefix(settings.MEDIA_URL)).decode(errors="replace")
                )
            status, location = self._ask(parts)
            if status not in REDIRECTS:
                return status not in GONE
            address = _joined(address, location)
        return False

    def _ask(self, address: SplitResult) -> tuple[int, str]:
        """Return the status of this site's response to a GET, and where it redirects to."""
        request = RequestFactory().get(address.geturl(), secure=address.scheme == "https", headers={"host": address.netloc})
        response = self.handler.get_response(request)
        request_finished.disconnect(close_old_connections)  # the job reads on by this connection
        try:
            response.close()
        finally:
            request_finished.connect(close_old_connections)
        return response.status_code, response.headers.get("Location", "")


class AddressChecker(ImageFetcher):
    """Asks whether there is anything at an address, from public addresses alone; nothing of it is read."""

    def _read(self, url: str, response: http.client.HTTPResponse, late: threading.Event) -> Path | str:
        location = response.getheader("Location")
        if response.status in REDIRECTS and location:
            return location
        if response.status in GONE:
            raise NothingThere
        return self.folder  # any other says that there is something, if not for us


class NothingThere(FetchError):
    """Raised where a site says that there is nothing at an address."""


def _faults_of_others(run: Run, others: dict[str, list[int]]) -> Iterator[tuple[str, str]]:
    """Yield the addresses of other sites that lead nowhere, with the reasons; what cannot be checked is left out."""
    if len(others) > MAX_OTHERS:
        run.log(
            _("Of %(count)d addresses of other sites the first %(most)d are asked.")
            % {"count": len(others), "most": MAX_OTHERS}
        )
    checker = AddressChecker(run.folder, seconds=SECONDS)
    asked = list(others)[:MAX_OTHERS]
    run.total += len(asked)
    last: dict[str, float] = {}
    for address in asked:
        host = split_address(address).netloc
        time.sleep(max(0.0, min(PAUSE, last.get(host, 0) + PAUSE - time.monotonic())))
        try:
            checker.fetch(address)
        except NothingThere:
            yield address, _("not found")
        except HostError:
            yield address, _("its server does not respond")
        except FetchError:
            run.log(_("cannot be checked: %s") % address)
        last[host] = time.monotonic()
        run.step()


def _is_there(kind: str, number: int) -> bool:
    if kind == "page":
        return bool(public_pages().filter(pk=number).exists())
    model = get_document_model() if kind == "doc" else get_image_model()
    return bool(model.objects.filter(pk=number).exists())


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return address
