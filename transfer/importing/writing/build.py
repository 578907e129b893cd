"""An unsaved page from a post that was read: its state (live, scheduled, draft, expired), authors, tags and HTML."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.images.models import AbstractImage

from blog.models import Author, PlainPage, PostPage, PostTag, Tag
from blog.models.reserved_slugs import is_reserved
from transfer.added_fields import added_fields
from transfer.importing.prepare import PreparedFile
from transfer.importing.source import OwnFields, Refusal, SourcePost
from transfer.importing.words import _

# Fields that no file fills, or whose check would render the text again or ask the database for what is known to be right.
UNCHECKED_FIELDS = {
    "body",
    "path",
    "depth",
    "content_type",
    "locale",
    "cover",
    "page_ptr",
    "translation_key",
    "draft_title",
}
FIELD_KEYS = {"link": ("link", "externalurl"), "title": ("title",), "summary": ("summary", "excerpt", "description")}


def page_fields(
    source: SourcePost, body: str, authors: list[Author], cover: AbstractImage | None, now: datetime
) -> dict[str, Any]:
    """Return the values of the page's fields that the file determines, for a new page and for a changed one."""
    published = source.published
    scheduled = not source.draft and published is not None and published > now
    start = published if scheduled else None
    if source.expires and source.expires <= (start or datetime.min.replace(tzinfo=now.tzinfo)):
        raise Refusal(_("The post would expire before it is published."), source.lines.get("expirydate", 1))
    return {
        "title": source.title,
        "body": body,
        "subtitle": source.subtitle,
        "summary": source.summary,
        "link": source.link,
        "authors": authors,
        "cover": cover,
        "published": None if source.draft and published and published > now else published,
        "go_live_at": start,
        "expire_at": source.expires,
    }


def build_post(prepared: PreparedFile, slug: str, fields: dict[str, Any], tags: list[Tag], now: datetime) -> PostPage:
    """Return the unsaved page of a new post. Raise Refusal where it could not be saved."""
    source, rendered = prepared.post, prepared.rendered
    assert source
    assert rendered
    expired = fields["expire_at"] is not None and fields["expire_at"] <= now
    live = not (source.draft or fields["go_live_at"] or expired)
    post = PostPage(
        slug=slug,
        live=live,
        expired=expired and not source.draft,
        has_unpublished_changes=not live,
        unannounced=live,  # imported posts are not mailed
        first_published_at=fields["published"] if live else None,
        last_published_at=min(source.modified or fields["published"], now) if live else None,
        **fields,
    )
    post.tagged_items.set([PostTag(tag=tag) for tag in tags])
    if source.own:
        _set_own_fields(post, source.own)
    check_post(post, source)
    post.take_rendered(rendered)
    return post


def _set_own_fields(post: PostPage, own: OwnFields) -> None:
    """Set what an export of Kimonote says: when a post was published, is to be mailed, and fields that a site has added."""
    names = ["seo_title", "search_description", "comments_allowed", "unannounced"]
    if own.values["published"]:
        names.append("published")
    if post.live and own.state == "live":
        names += ["first_published_at", "last_published_at"]
    for name in names:
        setattr(post, name, own.values[name])
    for field in added_fields():
        if field.name in own.added:
            setattr(post, field.name, own.added[field.name])


def check_post(post: PostPage, source: SourcePost) -> None:
    """Raise Refusal, with the line in the front matter, for a reserved slug and for a value that its field refuses."""
    if is_reserved(post.slug):
        line = source.lines.get("slug") or source.lines.get("permalink") or 1
        raise Refusal(
            _("“%(slug)s” is an address of the site itself: give the post another, with “slug: …”.") % {"slug": post.slug}, line
        )
    try:
        post.clean_fields(exclude=UNCHECKED_FIELDS)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        line = next((source.lines[key] for key in FIELD_KEYS.get(field, (field,)) if key in source.lines), 1)
        raise Refusal(_("%(field)s: %(names)s") % {"field": field, "names": " ".join(messages)}, line) from error


def state_label(post: PostPage | PlainPage) -> str:
    """Return the state of a post or page for the report; "" for live."""
    if post.live:
        return ""
    if post.expired:
        return _("expired")
    return _("scheduled") if post.go_live_at else _("drafts")
