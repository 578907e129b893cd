"""What views of sign-up read from a request: its site, the site's wording, the tag index of its public posts."""

from django.http import HttpRequest
from wagtail.models import Site

from blog.request import blog_of
from blog.tagindex import TagIndex
from blog.tagindex.store import snapshot
from signup.models import Wording


def blog_site(request: HttpRequest) -> Site:
    """Return the site at this request's host; raises Http404 where it holds no blog."""
    blog_of(request)
    return Site.find_for_request(request)


def public_index(request: HttpRequest) -> TagIndex:
    """Return the tag index of the posts that everyone may read, whoever asks: nothing else is ever mailed."""
    return snapshot(blog_of(request).path)


def wording_for(request: HttpRequest) -> Wording:
    return Wording.of(blog_site(request))
