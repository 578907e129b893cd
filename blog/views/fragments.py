"""The parts of a page that are loops: made here, in a tenth of the time that a template takes, and put into it whole."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from blog.around import Title
from blog.cloud import CloudTag
from blog.feeds import FeedLink
from blog.navigation import FacetLink, Period
from blog.notes import host
from blog.numbers import grouped, number
from blog.phrases import spoken

LABELS = 10_000  # kept at once
NOFOLLOW = ' rel="nofollow"'

_label = lru_cache(LABELS)(escape)  # names that stand on many pages


def alternates(feeds: Iterable[FeedLink], title: str) -> SafeString:
    """A listing's feeds, for feed readers to discover."""
    title = escape(title)
    lines = [
        f'<link rel=alternate type={feed.type} title="{title} ({feed.name})" href="{escape(feed.address)}">\n' for feed in feeds
    ]
    return SafeString("".join(lines))  # each part is escaped


def feed_list(feeds: Iterable[FeedLink]) -> SafeString:
    """A listing's feeds, for readers to follow."""
    links = [f'<a href="{escape(feed.address)}" type={feed.type}>{feed.name}</a>' for feed in feeds]
    return SafeString(" · ".join(links))  # each part is escaped


def title_list(posts: Iterable[Title]) -> SafeString:
    """Posts, to go on with."""
    items = [f'<li><a href="{escape(post.address)}">{escape(post.title)}</a>' for post in posts]
    return SafeString(f"<ul>{''.join(items)}</ul>" if items else "")  # each part is escaped


def person(name: str, address: str, site: str) -> SafeString:
    """An author as an h-card (microformats2), with a site that is theirs too."""
    here = f'<a class="p-name u-uid u-url" href="{escape(address)}">{escape(name)}</a>'
    there = f'<a class="u-url" rel="me" href="{escape(site)}">{escape(host(site))}</a>'
    return SafeString(f'<p class="h-card meta">{here} · {there}</p>')  # each part is escaped


def facet_list(facets: list[FacetLink], query: str, nofollow: bool) -> SafeString:
    """Facets, each with its count, to add or to leave out; `query` is what all of their addresses end in."""
    if not facets:
        return SafeString()
    end = f'{escape(query)}"{NOFOLLOW if nofollow else ""} aria-label="'
    language = get_language()
    _ = spoken(language)
    without = escape(_("without %s"))
    return _join("facets", [_facet(facet, end, language, without) for facet in facets])


def _facet(facet: FacetLink, end: str, language: str | None, without: str) -> str:
    name, count = _label(facet.name), grouped(facet.count, language)
    return (  # a percent-encoded path holds nothing to escape
        f'<li><a href="{facet.add}{end}{_adding(language, facet.count) % name}">{name} <b>{count}</b></a>'
        f'<a href="{facet.leave_out}{end}{without % name}">−</a>'
    )


@lru_cache(LABELS)
def _adding(language: str | None, count: int) -> str:
    """What a facet's link does, in the language of this thread, with a place for the tag: “add %s, 4 notes”."""
    label = ngettext("add %(tag)s, %(count)s note", "add %(tag)s, %(count)s notes", count)
    return escape(label % {"tag": "%s", "count": grouped(count, language)})


def periods(found: list[Period]) -> SafeString:
    """Years or months, each with its count and a bar as long as it is."""
    if not found:
        return SafeString()
    most, language = max(period.count for period in found), get_language()
    return _join("periods", [_period(period, most, language) for period in found])


def _period(period: Period, most: int, language: str | None) -> str:
    label = _label(period.label)
    link = f'<a href="{period.address.replace("&", "&amp;")}">{label}</a>' if period.address else f"<b>{label}</b>"
    return f"<li>{link}<meter max={most} value={period.count} aria-hidden=true></meter> {grouped(period.count, language)}"


def cloud_items(cloud: Iterable[CloudTag]) -> SafeString:
    """The tags of a cloud, each with a link to its notes and one to what goes with it."""
    _ = spoken()
    goes_with = escape(_("tags that go with %s"))
    return SafeString("\n".join(_cloud_tag(tag, goes_with) for tag in cloud))  # each part is escaped


def _cloud_tag(tag: CloudTag, goes_with: str) -> str:
    name, borne = _label(tag.name), number(tag.count)
    count = f"<span>{borne}</span>"
    if tag.narrower:
        label = f"{borne}: {goes_with % name}"
        count = f'<a href="{tag.narrower}" rel=nofollow aria-label="{label}">{borne}</a>'
    size = f" class=s{tag.size}" if tag.size > 1 else ""
    return f'<li{size}><a href="{escape(tag.address)}">{name}</a> {count}'


def _join(kind: str, items: list[str]) -> SafeString:
    return SafeString(f"<ul class={kind}>{''.join(items)}</ul>")  # each part is escaped
