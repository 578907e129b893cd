"""The template context of a listing's page."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from markupsafe import Markup

from blog.markdown.references import expand_one
from blog.models import Author
from blog.models.tags import AboutTag
from blog.paths import author_path, post_path, sign_up_url, stream_sign_up_url, tag_path, web_url
from blog.rendering import navigation
from blog.rendering.card import completed
from blog.rendering.chips import chip_groups
from blog.rendering.contents import MOST_TITLES, by_year, titles_by_year
from blog.rendering.description import description
from blog.rendering.feed_links import feeds_of
from blog.rendering.listing import Listing
from blog.rendering.neighbours import Title
from blog.rendering.people import people, portraits
from blog.rendering.share import picture_of_listing
from blog.selections.query import FULL
from blog.selections.selection import Selection
from blog.selections.typed import typed


@dataclass(frozen=True, slots=True)
class AuthorView:
    """An author, the path of their listing, the URL of a personal site, and the address of a picture; perhaps without."""

    name: str
    address: str
    url: str
    picture: str

    @classmethod
    def of(cls, author: Author) -> Self:
        picture = portraits([author.picture_id]).get(author.picture_id or 0, "")
        return cls(author.name, author_path(author.handle), web_url(author.url), picture)


def context(listing: Listing, title: str, tag: AboutTag | None = None, author: Author | None = None) -> dict[str, Any]:
    """Return the template context of a listing."""
    chosen, reading = listing.selection, listing.reading
    about = _about(listing, tag, author)
    is_front = not (chosen or reading.q or listing.stream or reading.before or reading.after)
    return {
        "title": listing.blog.title if is_front else title,
        "description": "" if _is_one_of_too_many(listing) else description(listing, title, about),
        "about": Markup(about),  # noqa: S704 (rendered and sanitised when it was saved)
        "author": AuthorView.of(author) if author else None,
        "chip_groups": chip_groups(listing, author.name if author else ""),
        "pinned": _pinned(listing, tag) if tag else [],
        "titles": titles_by_year(listing) if reading.contents else [],
        "years_of_cards": _cards_by_year(listing),
        "formulas": reading.view == FULL or any(card.formulas for card in listing.cards.values()),
        "stream": listing.stream is not None,
        "is_front": is_front,
        "people": people(listing.index) if is_front else [],
        "typed": reading.q if listing.stream else typed(chosen, reading.q, partial(navigation.known_name, listing.index)),
        "tagged": len(chosen) > 0,
        "tags_offered": navigation.tags_offered(listing),
        "spellings": navigation.spellings_offered(listing),
        "count": listing.count,
        "oldest_first": reading.oldest_first,
        "by_relevance": reading.is_by_relevance,
        "full": reading.view == FULL,
        "contents": reading.contents,
        "most_titles": MOST_TITLES if reading.contents and listing.count > MOST_TITLES else 0,
        "here": "" if chosen else "notes",
        "share": picture_of_listing(listing, title, author),
        "noindex": _is_one_of_too_many(listing),
        **_navigation(listing),
    }


def _navigation(listing: Listing) -> dict[str, Any]:
    """Return the part of the context that leads to other listings."""
    chosen, reading = listing.selection, listing.reading
    years = navigation.years(listing)
    given = reading.parameters
    place = {name: given.get(name) for name in ("page", "before", "after")}
    return {
        "with_contents": listing.address(contents=None if reading.contents else "1", **place),
        "pages": navigation.pager(listing),
        "canonical": listing.address(contents=None, q=None, **{**place, "page": None}),
        "random": navigation.random_address(listing),
        "switches": navigation.switches(listing),
        "sources": navigation.sources(listing),
        "facets": navigation.facets(listing),
        "facets_query": listing.query_of(chosen),
        "more_tags": navigation.more_tags(listing),
        "years": years if len(years) > 1 or chosen.year else [],
        "months": navigation.months(listing),
        "path": listing.path,
        "q": reading.q,
        "hidden": [(name, value) for name, value in listing.parameters.items() if name != "q"],
        "feeds": feeds_of(listing),
        "sign_up": _sign_up(listing),
    }


def _is_one_of_too_many(listing: Listing) -> bool:
    """Return whether the page is `noindex`: there are more combinations of tags than crawlers can fetch."""
    chosen = listing.selection
    return len(chosen) > 1 or bool(chosen.unwanted or listing.reading.q)


def _sign_up(listing: Listing) -> str:
    """Return the URL of the sign-up form, without a year or month: what is to come has another.

    A stream may have tags without a visible post, which must not be disclosed.
    """
    chosen, stream = listing.selection, listing.stream
    if stream and chosen == stream.selection:
        return stream_sign_up_url(stream.slug)
    lasting = replace(chosen, year=None, month=None) if chosen.year else chosen
    return sign_up_url(Selection() if stream and listing.index.unknown(lasting) else lasting)


def _about(listing: Listing, tag: AboutTag | None, author: Author | None) -> str:
    """Return an editor's description of the selection (HTML); on a blog's front page, of the blog."""
    if listing.stream:
        return expand_one(listing.stream.introduction_html, listing.path)
    if tag or author:
        return expand_one(tag.description_html if tag else author.about_html if author else "", listing.path)
    return "" if listing.selection or listing.reading.q else listing.blog.introduction


def _pinned(listing: Listing, tag: AboutTag) -> list[Title]:
    """Return the featured posts of a tag's page that are visible to this reader."""
    if listing.selection.parameters or listing.selection.author or set(listing.reading.parameters) - {"contents"}:
        return []
    visible = [(slug, text) for id_, slug, text in tag.pinned if listing.index.position(id_) is not None]
    return [Title(text, post_path(slug) + listing.post_query) for slug, text in visible]


def _cards_by_year(listing: Listing) -> list[tuple[int | None, Markup]]:
    """Return the HTML of the page's cards in runs of one year; without years where one is chosen, or in results of a search."""
    if listing.reading.view == FULL:
        return []
    own_tags = [tag_path(tag) for tag in listing.selection.wanted]
    cards = {id_: completed(card, listing.post_query, own_tags) for id_, card in listing.cards.items()}
    return [(year, Markup("\n".join(shown))) for year, shown in by_year(listing, cards)]  # noqa: S704 (a template escapes)
