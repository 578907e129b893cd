"""Copies of digests on the web, as far as everyone may still read what they held."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.caching.content_security import MEDIA_SOURCES, policy
from blog.tagindex.store import PUBLIC, snapshot
from signup.digests.posts import posts_of
from signup.emails import copies
from signup.emails.digest import digest_context
from signup.emails.rendering import site_context
from signup.models import AnyOf, Wording
from signup.sites import base_url, known_language
from signup.views.links import explain
from web.links import keep_private
from web.tokens import BadToken

POLICY = policy(  # emails hold their own styles
    default_src="'none'",
    style_src="'unsafe-inline'",
    img_src=f"{MEDIA_SOURCES} data:",
    base_uri="'none'",
    form_action="'none'",
    frame_ancestors="'none'",
)


def copy(request: HttpRequest, token: str) -> HttpResponse:
    """Return an email's copy: the posts it held that are public now, without a word about its reader."""
    try:
        held = copies.read(token)
    except BadToken as error:
        return keep_private(explain(request, _("This link does not work"), str(error), 404))
    site = Site.objects.select_related("root_page").filter(pk=held.site).first()
    with translation.override(known_language(held.language)):
        response = None if site is None else _copy(site, held)
    if response is None:
        reason = _("Nothing that this letter told of can be read any more.")
        response = explain(request, _("Nothing is kept any more"), reason, 410)
    return keep_private(response)


def _copy(site: Site, held: copies.Copy) -> HttpResponse | None:
    base = base_url(site)
    found = posts_of(snapshot(site.root_page.path, PUBLIC), [AnyOf()], held.posts, base, held.whole)
    if not found.posts:
        return None
    wording = Wording.of(site)
    name = wording.site_name
    context = {
        **digest_context(found, site),
        **site_context(name, wording, {}),
        "heading": name,
        "introduction": "",
        "footer": "",
    }
    response = HttpResponse(render_to_string("signup/mail/digest.html", context))
    response["Content-Security-Policy"] = POLICY
    return response
