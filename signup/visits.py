"""What a request tells sign-up: the site it is for, the network it came from, the posts that everyone may read there."""

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Site

from blog.request import blog_of
from blog.selection import Selection
from blog.snapshots import snapshot
from blog.tagindex import TagIndex
from blog.wording import describe
from signup import networks
from signup.models import Wording


def network_of(request: HttpRequest) -> str:
    """The truncated network of the visitor, past TRUSTED_PROXIES; '' when it is unknown."""
    remote, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    return networks.truncated(networks.client(remote, forwarded, settings.TRUSTED_PROXIES))


def site_of(request: HttpRequest) -> Site:
    """The site at this request's host; raises Http404 where it holds no blog."""
    blog_of(request)
    return Site.find_for_request(request)


def public_index(request: HttpRequest) -> TagIndex:
    """The posts that everyone may read, whoever asks: nothing else is ever mailed."""
    return snapshot(blog_of(request).path)


def wording_for(request: HttpRequest) -> Wording:
    return Wording.of(site_of(request))


def in_words(selection: Selection, index: TagIndex) -> str:
    """Say what a selection holds, its tags under their names."""
    names = {tag: found.name for tag in selection.tags if (found := index.tag(tag))}
    return describe(selection, lambda slug: names.get(slug, slug))
