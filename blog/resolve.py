"""Resolution of URLs to selections: parsing, canonical redirects, and suggestions for unknown tags."""

import difflib
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.text import slugify

from blog.models import Tag, TagAlias
from blog.paths import tag_path
from blog.selections.selection import Selection
from blog.tagindex import TagIndex

NEAR = 5  # names offered for an unknown tag


class UnknownTags(LookupError):
    """Tags (or an author) without a post visible to the reader."""

    def __init__(self, selection: Selection, unknown: tuple[str, ...]) -> None:
        super().__init__(", ".join(unknown))
        self.selection = selection
        self.unknown = unknown


class CanonicalRedirect(LookupError):
    """A URL that is not canonical; `selection` is the one to redirect to."""

    def __init__(self, selection: Selection) -> None:
        super().__init__(str(selection))
        self.selection = selection


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Similar tags for an unknown one."""

    unknown: str
    near: list[tuple[str, str]]  # name, URL


def find(expression: str, handle: str = "") -> Selection:
    """Parse the selection of a URL. Raise SelectionError, or CanonicalRedirect when the canonical spelling differs."""
    selection = Selection.parse(f"{expression}+@{handle}" if handle else expression, settings.TAG_LIMIT)
    if selection.parameters:  # written among the tags: they belong in the query string
        raise CanonicalRedirect(selection)
    return selection


def check_known(selection: Selection, index: TagIndex) -> None:
    """Raise CanonicalRedirect if an unknown tag is a former slug or a name of a known one, else UnknownTags."""
    unknown = index.unknown(selection)
    if not unknown:
        return
    renamed = {old: new for old, new in _new_names(unknown).items() if index.tag(new)}
    if renamed:
        raise CanonicalRedirect(selection.renaming(renamed))
    raise UnknownTags(selection, unknown)


def _new_names(slugs: tuple[str, ...]) -> dict[str, str]:
    """Return the current slugs of tags by former slugs, and by names ("c++" for "c-plus-plus")."""
    aliases = dict(TagAlias.objects.filter(slug__in=slugs).values_list("slug", "tag__slug"))
    by_name = Q()
    for slug in slugs:
        by_name |= Q(name__iexact=slug)
    named = {name.lower(): slug for name, slug in Tag.objects.filter(by_name).values_list("name", "slug")}
    return {**named, **aliases}


def suggest(index: TagIndex, unknown: str) -> Suggestion:
    """Return known tags with names similar to an unknown one's."""
    names = {facet.tag.slug: facet.tag.name for facet in index.tags()}
    near = difflib.get_close_matches(unknown, names, NEAR, cutoff=0.6)
    near += [slug for slug in names if slug.startswith(slugify(unknown, allow_unicode=True)[:4] or "\0") and slug not in near]
    return Suggestion(unknown, [(names[slug], tag_path(slug)) for slug in near[:NEAR]])
