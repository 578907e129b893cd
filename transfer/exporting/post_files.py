"""A post or a plain page as a file: front matter in YAML, by the names that Jekyll and Hugo have for it, and Markdown.

What only Kimonote reads stands under `kimonote`, so that an import gives the same post again.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml
from wagtail.models import Page

from blog.models import PlainPage, PostPage
from blog.paths import web_url
from transfer.added_fields import added_values

MAX_NAME: Final = 150  # bytes of a slug in a file's name
LINE_ENDS: Final = re.compile("[\x85\u2028\u2029\ufeff\r]")


class _Dumper(yaml.SafeDumper):
    """A dumper that writes times by RFC 3339, which every generator reads."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_time(dumper: yaml.SafeDumper, value: datetime) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Write several lines as they are; what YAML takes for the end of a line, in quotation marks with escapes."""
    style = '"' if LINE_ENDS.search(value) else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(datetime, _write_time)
_Dumper.add_representer(str, _write_text)


def write_yaml(value: Any) -> str:
    """Return a value as YAML, in the order in which it is given, without escapes for letters."""
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000)
    return text


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that say something."""
    return {name: value for name, value in values.items() if value}


def file_text(front_matter: dict[str, Any], body: str) -> str:
    """Return a file of front matter and text."""
    return f"---\n{write_yaml(front_matter)}---\n{body}"


def is_public(page: Page, state: str, public: frozenset[int]) -> bool:
    """Return whether other programs may publish a page: it is public, or scheduled and open to all."""
    return page.pk in public or (state == "scheduled" and not page.get_view_restrictions())


def state_of(page: Page) -> str:
    """Return whether a page is live, expired, scheduled or a draft, as is one whose schedule nobody approved."""
    if page.live:
        return "live"
    return "expired" if page.expired else "scheduled" if page.approved_schedule else "draft"


def privacy_of(page: Page, public: frozenset[int]) -> dict[str, Any]:
    """Return who may open a page that not everybody may, by its own restriction or that of a page above; else {}."""
    found = [] if page.pk in public else sorted(page.get_view_restrictions(), key=lambda one: one.page_id != page.pk)
    return next(
        (
            filled(
                {"type": one.restriction_type, "password": one.password, "groups": [group.name for group in one.groups.all()]}
            )
            for one in found
        ),
        {},
    )


def post_path(post: PostPage, date: datetime | None, *, public: bool) -> Path:
    """Return a post's path within the folder, as Jekyll wants it."""
    name = post.slug if len(post.slug.encode()) <= MAX_NAME else f"post-{post.pk}"
    return Path("_posts", f"{date:%Y-%m-%d}-{name}.md") if public and date else Path("_drafts", f"{name}.md")


def post_date(post: PostPage, state: str) -> datetime | None:
    """Return when a post was published, or is to be."""
    found: datetime | None = (post.go_live_at if state == "scheduled" else None) or post.published or post.first_published_at
    return found


def post_front_matter(
    post: PostPage,
    body_references: dict[str, str],
    cover: str,
    addresses: list[str],
    public: bool,
    state: str,
    privacy: dict[str, Any],
) -> dict[str, Any]:
    """Return the front matter of a post, as it is or as its last draft has it."""
    authors = post.authors
    return (
        filled(
            {
                "title": post.title,
                "subtitle": post.subtitle,
                "date": post_date(post, state),
                "lastmod": post.last_published_at,
                "slug": post.slug,
                "tags": [tag.name for tag in post.tags.all()],
                "authors": [author.name for author in authors],
                "link": web_url(post.link),
                "description": post.summary,
                "image": cover,
                "expiryDate": post.expire_at,
                "redirect_from": addresses,
                "aliases": addresses,
            }
        )
        | _hidden(public)
        | {
            "kimonote": filled(
                _own_fields(post, body_references, state, privacy) | {"authors": [author.handle for author in authors]}
            )
        }
    )


def page_front_matter(
    page: PlainPage, path: str, references: dict[str, str], public: bool, state: str, privacy: dict[str, Any]
) -> dict[str, Any]:
    """Return the front matter of a plain page."""
    own = {
        **_state(page, references, state, privacy),
        "slug": page.slug,
        "show_in_menus": page.show_in_menus,
    }
    addresses = {"permalink": path, "url": path}
    header = filled({"title": page.title, **addresses, "expiryDate": page.expire_at})
    return header | _hidden(public) | {"kimonote": filled(own)}


def _hidden(public: bool) -> dict[str, Any]:
    return {} if public else {"draft": True, "published": False}  # Hugo's word and Jekyll's


def _own_fields(post: PostPage, references: dict[str, str], state: str, privacy: dict[str, Any]) -> dict[str, Any]:
    return {
        **_state(post, references, state, privacy),
        "published": post.published,
        "unannounced": post.unannounced,
        "comments_closed": not post.comments_allowed,
        "fields": added_values(post),
    }


def _state(page: Page, references: dict[str, str], state: str, privacy: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": page.pk,
        "key": str(page.translation_key),
        "state": state,
        "first_published": page.first_published_at,
        "last_published": page.last_published_at,
        "go_live": page.go_live_at,
        "seo_title": page.seo_title,
        "search_description": page.search_description,
        "privacy": privacy,
        "references": references,
    }
