"""Tags, authors and slugs for a chunk of posts: those that are there already, and new ones, each with few queries."""

import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.db.models.functions import Lower
from wagtail.models import Page

from blog.models import Author, BlogPage, Tag, TagAlias
from blog.slugs import slug
from transfer.importing.static_sites.file_names import LONGEST_SLUG

LONGEST_HANDLE = 50  # characters
LONGEST_NAME = 200  # characters


def tags_named(names: Collection[str]) -> tuple[dict[str, Tag], list[Tag]]:
    """The tag for each name: one of that slug, of that name in any case, or of which it is an old name. Also the new ones."""
    slugs = {name: slug(name) for name in names}
    lowered = {name.lower() for name in names}
    found = Tag.objects.annotate(lower=Lower("name")).filter(
        Q(slug__in=set(slugs.values())) | Q(lower__in=lowered) | Q(name__in=names)
    )
    known: dict[str, Tag] = {}
    for alias in TagAlias.objects.filter(slug__in=set(slugs.values())).select_related("tag"):
        known[alias.slug] = alias.tag
    for tag in found:
        known[slug(tag.name)] = tag
    for tag in found:  # a slug is more than a name that would be spelt so
        known[tag.slug] = tag
    new = {slugs[name]: Tag(name=name, slug=slugs[name]) for name in reversed(list(names)) if slugs[name] not in known}
    made = Tag.objects.bulk_create(new.values())
    known |= {tag.slug: tag for tag in made}
    return {name: known[spelt] for name, spelt in slugs.items()}, made


def authors_named(names: Collection[str]) -> tuple[dict[str, Author], list[Author]]:
    """The author for each name or handle, and which of them are new."""
    handles = {name: handle_of(name) for name in names}
    found = Author.objects.annotate(lower=Lower("name")).filter(
        Q(handle__in=set(handles.values())) | Q(lower__in={name.lower() for name in names})
    )
    by_handle = {author.handle: author for author in found}
    by_name = {author.name.lower(): author for author in found}
    known = {name: by_name.get(name.lower()) or by_handle.get(handle) for name, handle in handles.items()}
    new: dict[str, Author] = {}
    for name, author in known.items():
        if author is None:
            new.setdefault(handles[name], Author(name=name[:LONGEST_NAME], handle=handles[name]))
    made = Author.objects.bulk_create(new.values())
    return {name: author or new[handles[name]] for name, author in known.items()}, made


def handle_of(name: str) -> str:
    """Spell a name as an author's handle: ASCII, as its address is typed.

    >>> [handle_of(name) for name in ("Ada Lovelace", "Ægir Ångström", "britta-gustafson")]
    ['ada-lovelace', 'gir-angstrom', 'britta-gustafson']
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    handle = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:LONGEST_HANDLE].strip("-")
    return handle or f"author-{zlib.crc32(name.encode()):08x}"


class Slugs:
    """Slugs below a blog page: each post gets the one it asks for, or the first free number after it."""

    def __init__(self) -> None:
        self.given: set[str] = set()  # in this run, also where it was a rehearsal

    def give(self, blog: BlogPage, wanted: Iterable[str]) -> list[str]:
        wanted = list(wanted)
        children = Page.objects.child_of(blog)
        taken = self.given | set(children.filter(slug__in=wanted).values_list("slug", flat=True))
        twice = {name for name in wanted if name in taken or wanted.count(name) > 1}
        for name in twice:
            taken |= set(children.filter(slug__startswith=f"{name[: LONGEST_SLUG - 10]}-").values_list("slug", flat=True))
        slugs = []
        for name in wanted:
            slugs.append(_free(name, taken))
            taken.add(slugs[-1])
        return slugs

    def keep(self, slugs: Iterable[str]) -> None:
        """Remember what was given once it was written, or would have been."""
        self.given |= set(slugs)


def _free(name: str, taken: set[str]) -> str:
    number, slug_ = 2, name
    while slug_ in taken:
        slug_ = f"{name[: LONGEST_SLUG - 10]}-{number}"
        number += 1
    return slug_
