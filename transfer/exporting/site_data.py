"""What an export says beside its posts and pages: the blog's settings, authors, tags, streams, files and other redirects."""

from typing import Any, Final

from blog.models import Appearance, BlogPage, Stream
from transfer.exporting.post_files import filled
from transfer.exporting.references import References
from transfer.exporting.selection import ExportedThings

FORMAT: Final = 1  # raised when an older import could not read it


def site_data(things: ExportedThings, references: References) -> dict[str, Any]:
    """Return everything as plain values. It names the files that texts refer to, so it comes after these."""
    paths: dict[str, str] = {}

    def text(value: str) -> str:
        written, found = references.as_paths(value)
        paths.update(found)
        return written

    data = {
        "kimonote": FORMAT,
        "public_only": things.public_only,
        "blog": _blog(things.blog, text),
        "site": _appearance(things, text),
        "authors": [
            filled(
                {
                    "id": one.pk,
                    "handle": one.handle,
                    "name": one.name,
                    "about": text(one.about),
                    "picture": references.image_path(one.picture_id),
                    "url": one.url,
                }
            )
            for one in things.authors
        ],
        "tags": [_tag(tag, things, text) for tag in things.tags],
        "streams": [
            filled(
                {
                    "name": stream.name,
                    "slug": stream.slug,
                    "expression": stream.expression,
                    "introduction": text(stream.introduction),
                    "order": stream.order,
                }
            )
            for stream in Stream.objects.filter(blog=things.blog).order_by("pk")
        ],
        "redirects": [
            filled(
                {
                    "from": one.old_path,
                    "to": things.paths[one.redirect_page_id] if one.redirect_page_id else one.redirect_link,
                    "temporary": not one.is_permanent,
                }
            )
            for one in things.redirects
            if one.redirect_page_id not in things.posts or not one.is_permanent
        ],
    }
    return {**data, "references": paths, **_files(references)}


def _blog(blog: BlogPage, text: Any) -> dict[str, Any]:
    names = ("title", "posts_per_page", "smart_punctuation", "emoji_codes", "heading_links", "seo_title", "search_description")
    return {**{name: getattr(blog, name) for name in names}, "introduction": text(blog.introduction)}


def _appearance(things: ExportedThings, text: Any) -> dict[str, Any]:
    if things.site is None:
        return {}
    found = Appearance.of(things.site)
    names = ("name", "accent", "rel_me", "comments_allowed")
    return {**{name: getattr(found, name) for name in names}, "footer": text(found.footer)}


def _tag(tag: Any, things: ExportedThings, text: Any) -> dict[str, Any]:
    exported = set(things.posts)
    return filled(
        {
            "name": tag.name,
            "slug": tag.slug,
            "description": text(tag.description),
            "order": tag.order,
            "aliases": sorted(alias.slug for alias in tag.aliases.all()),
            "pins": [pin.post.slug for pin in tag.pins.all() if pin.post_id in exported],
        }
    )


def _files(references: References) -> dict[str, Any]:
    images = [
        filled(
            {
                "id": image.pk,
                "path": references.image_path(image.pk),
                "title": image.title,
                "description": image.description,
                "focal_point": [image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height]
                if image.focal_point_x is not None
                else None,
                "private": bool(image.is_private),
            }
        )
        for _pk, image in sorted(references.used_images.items())
    ]
    documents = [
        filled(
            {
                "id": one.pk,
                "path": references.document_path(one.pk),
                "title": one.title,
                "private": bool(one.is_private),
            }
        )
        for _pk, one in sorted(references.used_documents.items())
    ]
    return {"images": images, "documents": documents}
