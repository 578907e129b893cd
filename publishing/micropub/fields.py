"""Properties of an h-entry as fields of a post, and back. What a post has no field for is kept beside it, as it was sent."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from blog.markdown.media import stored
from blog.models import PostPage
from blog.models.tag_names import tags_of
from blog.paths import web_url
from publishing.micropub.commands import Properties, bad
from transfer.importing.exports.html_to_markdown import to_markdown
from transfer.importing.source import Refusal as NotConverted
from transfer.importing.static_sites.fields import plain_text, truncate
from transfer.importing.static_sites.file_names import page_slug

LINKS: Final = ("bookmark-of", "like-of", "in-reply-to", "repost-of")  # of which a post has one, as its link
STATUSES: Final = ("published", "draft")
OWN: Final = ("name", "content", "summary", "category", "published", "photo", "featured", "post-status", "slug", *LINKS)
IGNORED: Final = ("updated", "visibility", "author", "uid")  # said by the site itself
TITLE_LENGTH: Final = 60  # characters of a title made of a text
MOST_KEPT: Final = 20_000  # characters of JSON
YEARS: Final = range(1900, 3000)
MARKS: Final = re.compile(r"^\s*(#{1,6}\s|>|[-*+]\s)+")  # of headings, quotations and lists
OWN_PICTURE: Final = re.compile(r"https?://[^\s()<>\"'\]]+")


@dataclass
class Fields:
    """What a post gets: values of fields by name, what is kept beside, and whether it is to be published (None: as it is)."""

    values: dict[str, Any] = field(default_factory=dict)
    kept: Properties = field(default_factory=dict)
    publish: bool | None = None
    go_live_at: datetime | None = None


def fields_of(properties: Properties, names: Collection[str], alts: Iterable[str] = ()) -> Fields:
    """Return the fields of a post that these of its properties determine. Raise Refusal with the reason where none can."""
    found = Fields(kept=kept(properties))
    if properties.get("visibility", ["public"]) not in (["public"], []):
        raise bad(_("A post is public here, or a draft: who may read it is set in the admin."))
    if {"content", "photo"}.intersection(names):
        found.values["body"] = _body(properties, list(alts))
    if "summary" in names:
        found.values["summary"] = _text(properties, "summary")
    if "category" in names:
        found.values["tags"] = _tags(properties.get("category", []))
    if set(LINKS).intersection(names):
        found.values["link"] = _link(properties)
    if "featured" in names:
        found.values["cover"] = _cover(_text(properties, "featured"))
    if "name" in names:
        found.values["title"] = _text(properties, "name") or _made_title(properties, found.values)
    if "slug" in names and (slug := _text(properties, "slug")):
        found.values["slug"] = page_slug(slug.strip("/"))
    if "published" in names:
        _set_time(found, _text(properties, "published"))
    if "post-status" in names:
        status = _text(properties, "post-status") or STATUSES[0]
        if status not in STATUSES:
            raise bad(_("“post-status” is “published” or “draft”."))
        found.publish = status == STATUSES[0]
    return found


def properties_of(post: PostPage, also: Properties, is_draft: bool) -> Properties:
    """Return the properties of a post, `also` among them, which were kept beside it."""
    relation = next((name for name in LINKS if name in also), LINKS[0])
    own: Properties = {
        "name": [post.title],
        "content": [post.body],
        "summary": [post.summary],
        "category": [tag.name for tag in tags_of(post.tagged_items.all())],
        "published": [post.published.isoformat()] if post.published else [],
        relation: [post.link],
        "featured": [f"image:{post.cover_id}"] if post.cover_id else [],
        "post-status": [STATUSES[is_draft]],
        "slug": [post.slug],
    }
    others = {name: values for name, values in also.items() if name not in LINKS}
    return {name: values for name, values in {**others, **own}.items() if any(values)}


def kept(properties: Properties) -> Properties:
    """Return the properties that a post has no field for, and by which of LINKS it has its link."""
    others = {name: values for name, values in properties.items() if name not in (*OWN, *IGNORED) and values}
    relation: Properties = {name: [] for name in LINKS if properties.get(name)}
    if len(json.dumps(others)) > MOST_KEPT:
        raise bad(_("The properties that are no post's here have more than %d characters.") % MOST_KEPT)
    return others | relation


def _values(properties: Properties, name: str) -> list[str]:
    """Return the values of a property, which must be texts."""
    values = properties.get(name, [])
    for value in values:
        if not isinstance(value, str):
            raise bad(_("The values of “%s” must be texts.") % name)
    return values


def _text(properties: Properties, name: str) -> str:
    values = _values(properties, name)
    if len(values) > 1:
        raise bad(_("“%s” may have one value.") % name)
    return " ".join(values[0].split()) if values and name != "summary" else values[0].strip() if values else ""


def _body(properties: Properties, alts: list[str]) -> str:
    content = properties.get("content", [])
    if len(content) > 1:
        raise bad(_("“%s” may have one value.") % "content")
    texts = [_markdown(value) for value in content]
    photos = properties.get("photo", [])
    texts += [_picture(value, alts[place] if place < len(alts) else "") for place, value in enumerate(photos)]
    return "\n\n".join(filter(None, texts))


def _markdown(value: Any) -> str:
    """Return a text as Markdown: a mere string is that; `{"html": …}` is converted."""
    if isinstance(value, dict):
        html, text = value.get("html"), value.get("markdown", value.get("value"))
        if isinstance(html, str):
            try:
                return _with_own_pictures(to_markdown(html)).strip("\n")
            except NotConverted as refusal:
                raise bad(refusal.reason) from None
        value = text
    if not isinstance(value, str):
        raise bad(_("“content” is a text in Markdown, or an object with “html”."))
    return _with_own_pictures(value.replace("\r\n", "\n")).strip("\n")


def _picture(value: Any, alt: str) -> str:
    """Return a picture in Markdown: its address, or an object with `value` and `alt`."""
    if isinstance(value, dict):
        value, alt = value.get("value"), value.get("alt", alt)
    if not isinstance(value, str) or not isinstance(alt, str):
        raise bad(_("A “photo” is an address, or an object with “value” and “alt”."))
    address = f"image:{key}" if (key := image_at(value)) else web_url(value.strip())
    if not address:
        raise bad(_("“%s” is no address of a picture.") % value[:100])
    alt = re.sub(r"([\\\[\]`*_<&])", r"\\\1", " ".join(alt.split()))
    return f"![{alt}](<{address.replace('>', '%3E').replace('<', '%3C')}>)" if not key else f"![{alt}]({address})"


def _with_own_pictures(text: str) -> str:
    """Return a text with pictures of the library, that it has by the addresses of their files, by their ids."""
    known = images_at(OWN_PICTURE.findall(text))
    return OWN_PICTURE.sub(lambda found: f"image:{known[found[0]]}" if found[0] in known else found[0], text)


def images_at(addresses: Iterable[str]) -> dict[str, int]:
    """Return the ids of the pictures of the library whose files are at these addresses."""
    names = {address: name for address in set(addresses) if (name := stored(address))}
    if not names:
        return {}
    ids = dict(get_image_model().objects.filter(file__in=set(names.values())).values_list("file", "pk"))
    return {address: ids[name] for address, name in names.items() if name in ids}


def image_at(address: str) -> int | None:
    """Return the id of the picture of the library at an address, of `image:9` that of the one; None where there is none."""
    match = re.fullmatch(r"image:(\d{1,9})", address)
    return int(match[1]) if match else images_at([address]).get(address)


def _cover(address: str) -> int | None:
    key = image_at(address) if address else None
    if address and not (key and get_image_model().objects.filter(pk=key).exists()):
        raise bad(_("“featured” must be a picture of this site: send it to the media endpoint first."))
    return key


def _tags(names: list[Any]) -> list[str]:
    if not all(isinstance(name, str) for name in names):
        raise bad(_("The values of “%s” must be texts.") % "category")
    return list(dict.fromkeys(filter(None, (" ".join(name.split()).lstrip("#").strip() for name in names))))


def _link(properties: Properties) -> str:
    """Return what a post is about: the address of the first of LINKS, which may be an h-cite."""
    values = [value for name in LINKS for value in properties.get(name, [])]
    if not values:
        return ""
    if len(values) > 1:
        raise bad(_("A post has one link: send one of %s.") % ", ".join(LINKS))
    value = values[0]
    if isinstance(value, dict) and isinstance(value.get("properties"), dict):
        urls = value["properties"].get("url")
        value = urls[0] if isinstance(urls, list) and urls else None
    link = web_url(value.strip()) if isinstance(value, str) else ""
    if not link:
        raise bad(_("“%s” is no address of a page.") % str(value)[:100])
    return link


def _made_title(properties: Properties, values: dict[str, Any]) -> str:
    """Return a title for an entry without a name: how its text begins, or what it is about."""
    lines = f"{values.get('body', '')}\n{_text(properties, 'summary')}".splitlines()[:1000]
    plain = (plain_text(MARKS.sub("", line)) for line in lines)
    line = next((line for line in plain if re.search(r"\w", line)), "")
    about = re.sub(r"^https?://(www\.)?", "", values.get("link", "")).rstrip("/")
    return truncate(line or about, TITLE_LENGTH) or _("Note")


def _set_time(found: Fields, text: str) -> None:
    """Set the time of publication; one that is yet to come is when the post is to go live."""
    try:
        moment = _moment(text) if text else None
    except (ValueError, OverflowError):
        raise bad(_("“%s” is no time: write 2026-11-29T12:00:00+00:00.") % text[:50]) from None
    if moment is not None and moment > timezone.now():
        found.go_live_at = moment
    else:
        found.values["published"] = moment


def _moment(text: str) -> datetime:
    """Return a time as ISO 8601 writes it, or the beginning of a day; by itself in the site's time zone."""
    day = parse_date(text) if "T" not in text and ":" not in text else None
    moment = datetime.combine(day, datetime.min.time()) if day else parse_datetime(text)
    if moment is None or moment.year not in YEARS:
        raise ValueError(text)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
