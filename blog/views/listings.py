"""Listings: the page, streamed whole histories, and feeds of any selection, author or stream."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from blog import feeds, navigation
from blog.addressing import Elsewhere, check_known, find
from blog.answers import public
from blog.cards import IN_MARK, with_anchor, with_excerpt
from blog.listing import Listing
from blog.models import Author, Stream, Tag
from blog.reading import FULL, NEWEST, Reading, came_from, narrow, query
from blog.selection import Selection, quoted
from blog.sites import blog_of, index_of
from blog.views.errors import helpful
from blog.views.histories import whole_history
from blog.views.pages import page, page_context
from blog.wording import describe

HTML = "html"


@public
@helpful
def selection(request: HttpRequest, expression: str = "", handle: str = "", form: str = HTML) -> HttpResponseBase:
    """A selection's listing, as a page or a feed."""
    try:
        spelt = find(request, expression, handle)
        index = index_of(request)
        check_known(spelt, index)
    except Elsewhere as elsewhere:
        return lead(request, elsewhere.selection, form)
    if request.path_info != spelt.path + feeds.file_name(form):
        return lead(request, spelt, form)
    chosen = narrow(spelt, request.GET)
    tag = Tag.objects.filter(slug=spelt.wanted[0]).first() if len(spelt) == 1 and spelt.wanted else None
    reading = Reading.parse(request.GET, tag.order if tag else NEWEST)
    author = Author.objects.filter(handle=spelt.author).first() if spelt.author else None
    return answer(request, Listing(blog_of(request), index, chosen, reading), form, tag=tag, author=author)


@public
@helpful
def stream(request: HttpRequest, slug: str, form: str = HTML) -> HttpResponseBase:
    """A stream's listing, as a page or a feed."""
    blog, index = blog_of(request), index_of(request)
    found = Stream.objects.filter(blog_id=blog.id, slug=slug).first()
    if found is None:
        raise Http404(_("There is no stream “%s”.") % slug)
    chosen = narrow(found.selection, request.GET)
    reading = Reading.parse(request.GET, found.order)
    return answer(request, Listing(blog, index, chosen, reading, found), form)


@public
def streams(request: HttpRequest) -> HttpResponse:
    """Every stream of the blog, with the number of its posts."""
    blog, index = blog_of(request), index_of(request)
    found = [(stream, len(index.select(stream.selection))) for stream in Stream.objects.filter(blog_id=blog.id)]
    return page(request, "blog/streams.html", streams=found, canonical="/streams/", here="streams")


def lead(request: HttpRequest, selection: Selection, form: str) -> HttpResponse:
    """Lead to the canonical address of a selection, keeping the query."""
    given = {name: str(value) for name, value in request.GET.items() if name not in selection.parameters}
    address = replace(selection, source=None, year=None, month=None).address
    return redirect(address + feeds.file_name(form) + query(selection.parameters, given), permanent=True)


def answer(
    request: HttpRequest, listing: Listing, form: str, tag: Tag | None = None, author: Author | None = None
) -> HttpResponseBase:
    """Answer with a listing in the form asked for."""
    title = (
        listing.stream.name
        if listing.stream
        else describe(listing.selection, lambda slug: navigation.name_of(listing.index, slug), author.name if author else "")
    )
    if form != HTML:
        return feeds.answer(request, listing, form, title)
    context = {**listing_context(listing), "author": author, "title": title, "about_html": _about(listing, tag, author)}
    if listing.reading.view == FULL and listing.count:
        return StreamingHttpResponse(whole_history(listing, page_context(request, **context)))
    return page(request, "blog/listing.html", **context)


def listing_context(listing: Listing) -> dict[str, Any]:
    """What the listing's template shows."""
    chosen = listing.selection
    contents = None if listing.reading.contents else "1"
    return {
        "listing": listing,
        "cards": "" if listing.reading.view == FULL else _cards(listing).replace(IN_MARK, came_from(chosen)),
        "wanted": navigation.droppings(listing, chosen.wanted),
        "unwanted": navigation.droppings(listing, chosen.unwanted),
        "switches": navigation.switches(listing),
        "facets": navigation.facets(listing),
        "more_tags": navigation.more_tags(listing),
        "years": navigation.years(listing),
        "months": navigation.months(listing),
        "pager": navigation.pager(listing),
        "canonical": listing.address(contents=None, q=None, **_place(listing)),
        "feeds": feeds.links(listing),
        "titles": listing.titles.values() if listing.reading.contents else (),
        "with_contents": listing.address(contents=contents, **_place(listing)),
        "hidden": {name: value for name, value in listing.parameters.items() if name != "q"},
        "sign_up": _sign_up(listing),
        "here": "notes" if not chosen else "",
        "nofollow": len(chosen) > 0,
        "noindex": len(chosen) > 1 or bool(chosen.unwanted or listing.reading.q),
    }


def _sign_up(listing: Listing) -> str:
    """Where to follow the selection by mail; a stream may name tags that no visible post bears, which stay its editor's."""
    known = not listing.index.unknown(listing.selection)
    return f"/signup/?tags={quoted(str(listing.selection))}" if known and listing.selection else "/signup/"


def _place(listing: Listing) -> dict[str, str | None]:
    """Where in the listing the page begins."""
    return {name: listing.reading.parameters.get(name) for name in ("before", "after")}


def _about(listing: Listing, tag: Tag | None = None, author: Author | None = None) -> str:
    """What an editor wrote about this selection (HTML); on a blog's front page, about the blog."""
    if listing.stream:
        return listing.stream.introduction_html
    if tag:
        return tag.description_html
    if author:
        return author.about_html
    return "" if listing.selection else listing.blog.introduction


def _cards(listing: Listing) -> str:
    """The page's cards; with anchors where its contents are listed, with excerpts where words are sought."""
    cards, reading = listing.cards, listing.reading
    if reading.q:
        cards = {id_: with_excerpt(card, listing.excerpts.get(id_, "")) for id_, card in cards.items()}
    if reading.contents:
        cards = {id_: with_anchor(card, listing.titles[id_][0]) for id_, card in cards.items() if id_ in listing.titles}
    return "\n".join(cards.values())
