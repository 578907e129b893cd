"""Listings: the page, streamed whole histories, and feeds of any selection, author or stream."""

from dataclasses import replace
from operator import call

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from blog.caching.public_view import PublicView, public_view
from blog.feeds import digests as digest_feeds
from blog.feeds import listing as listing_feeds
from blog.models import Author, Stream, Tag
from blog.models.tags import AboutTag, Order
from blog.paths import is_canonical, route, selection_path
from blog.rendering import listing_page, navigation
from blog.rendering.describe import describe
from blog.rendering.feed_links import DIGESTS, file_name
from blog.rendering.listing import Listing
from blog.rendering.share import PICTURE, listing_text
from blog.rendering.streams import stream_views
from blog.replica import read
from blog.request import RequestState, is_public, latest_snapshot
from blog.resolve import CanonicalRedirect, UnknownTags, find, find_stream, narrow_by_terms
from blog.selections.query import FULL, NEWEST, Reading, narrow, query
from blog.selections.selection import Selection
from blog.views import editor_links, sharing
from blog.views.errors import helpful
from blog.views.full_view import whole_history
from blog.views.pages import page, page_context

HTML = "html"
TEMPLATE = "blog/listing.html"


@public_view
@helpful
def selection(
    request: HttpRequest, state: RequestState, expression: str = "", handle: str = "", form: str = HTML
) -> HttpResponseBase:
    """Return a selection's listing as a page or a feed."""
    given = request.GET.dict()
    try:
        spelt = find(expression, handle, state.snapshot)
    except CanonicalRedirect as redirected:
        return redirect_to(request, redirected.selection, form)
    except UnknownTags as error:
        raise UnknownTags(narrow(error.selection, given), error.unknown, Reading.parse(given)) from error
    if not is_canonical(request.path_info, spelt, _last_part(form)):
        return redirect_to(request, spelt, form)
    chosen = narrow(spelt, given)
    tag = Tag.about(spelt.wanted[0]) if len(spelt) == 1 and spelt.wanted else None
    reading = Reading.parse(given, Order.of_listing(tag.order) if tag else NEWEST)
    narrowed, terms = narrow_by_terms(chosen, reading.q, state.snapshot)
    if narrowed != chosen:
        return redirect(
            selection_path(narrowed) + _last_part(form) + query(narrowed.parameters, replace(reading, q=terms).start.parameters)
        )
    author = Author.objects.filter(handle=spelt.author).first() if spelt.author else None
    return respond(request, state, Listing(state.blog, state.snapshot, chosen, reading), form, tag=tag, author=author)


@public_view
@helpful
def stream(request: HttpRequest, state: RequestState, slug: str, form: str = HTML) -> HttpResponseBase:
    """Return a stream's listing as a page or a feed."""
    found = find_stream(slug, state.blog.id)
    if found is None:
        raise Http404(_("There is no stream “%s”.") % slug)
    given = request.GET.dict()
    chosen = narrow(found.selection, given)
    reading = Reading.parse(given, Order.of_listing(found.order))
    return respond(request, state, Listing(state.blog, state.snapshot, chosen, reading, found), form)


@public_view
def streams(request: HttpRequest, state: RequestState) -> HttpResponse:
    """Return the page of all streams: the map of the blog."""
    found = stream_views(Stream.objects.filter(blog_id=state.blog.id), state.snapshot)
    return page(state, "blog/streams.html", streams=found, canonical=route("streams"), here="streams")


def daily(view: PublicView) -> PublicView:
    """Return a listing's view for its digests, which change when a day ends."""
    return PublicView(view.view, daily=True)


def redirect_to(request: HttpRequest, selection: Selection, form: str) -> HttpResponse:
    """Redirect to the canonical URL of a selection; the query is preserved."""
    given = {name: str(value) for name, value in request.GET.items() if name not in selection.parameters}
    address = selection_path(selection)
    return redirect(address + _last_part(form) + query(selection.parameters, given), permanent=True)


def respond(
    request: HttpRequest,
    state: RequestState,
    listing: Listing,
    form: str,
    tag: AboutTag | None = None,
    author: Author | None = None,
) -> HttpResponseBase:
    """Respond with a listing as a page or in a feed format."""
    title = _title(listing, author)
    if form == PICTURE:
        return sharing.send(listing_text(listing, title, author))
    if form in DIGESTS:
        return digest_feeds.respond(state, listing, form, title)
    if form != HTML:
        return listing_feeds.respond(state, listing, form, title)
    links = editor_links.of_listing(state, listing.selection, author, listing.stream)
    context = page_context(state, editor_links=links, **listing_page.context(listing, title, tag, author))
    if listing.reading.view == FULL and listing.count:
        return StreamingHttpResponse(
            whole_history(
                listing,
                lambda: latest_snapshot(request, state),
                lambda cards: render_to_string(TEMPLATE, {**context, "years_of_cards": [(None, cards)]}),
                read if is_public(request) else call,
            )
        )
    return HttpResponse(render_to_string(TEMPLATE, context), charset="utf-8")


def _last_part(form: str) -> str:
    """Return the last part of the path of a feed or a picture; empty for the page itself."""
    return form if form == PICTURE else file_name(form)


def _title(listing: Listing, author: Author | None) -> str:
    """Return the title of a listing. A stream's own tags are not disclosed: some may have no visible post."""
    chosen = listing.selection
    if not listing.stream:
        return describe(chosen, lambda slug: navigation.name_of(listing.index, slug), author.name if author else "")
    if chosen == listing.stream.selection:
        return listing.stream.name
    return f"{listing.stream.name}: {describe(replace(chosen, wanted=(), unwanted=(), author=None))}"
