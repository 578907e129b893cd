"""From an address to what it asks for: the selection, how it is read, and where to lead a reader who spelt it otherwise."""

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
    """Tags (or an author) that no post the reader may see bears."""

    def __init__(self, selection: Selection, unknown: tuple[str, ...]) -> None:
        super().__init__(", ".join(unknown))
        self.selection = selection
        self.unknown = unknown


class CanonicalRedirect(LookupError):
    """The address is spelt otherwise, or has moved: `selection` is what it means."""

    def __init__(self, selection: Selection) -> None:
        super().__init__(str(selection))
        self.selection = selection


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to offer for an unknown tag: names near it."""

    unknown: str
    near: list[tuple[str, str]]  # name, address


def find(expression: str, handle: str = "") -> Selection:
    """Read the selection of an address; raises SelectionError, or CanonicalRedirect when the canonical spelling differs."""
    selection = Selection.parse(f"{expression}+@{handle}" if handle else expression, settings.TAG_LIMIT)
    if selection.parameters:  # written among the tags: they belong into the query
        raise CanonicalRedirect(selection)
    return selection


def check_known(selection: Selection, index: TagIndex) -> None:
    """Raise CanonicalRedirect when a tag's old or written-out name leads to a known one, UnknownTags when none does."""
    unknown = index.unknown(selection)
    if not unknown:
        return
    renamed = {old: new for old, new in _new_names(unknown).items() if index.tag(new)}
    if renamed:
        raise CanonicalRedirect(selection.renaming(renamed))
    raise UnknownTags(selection, unknown)


def _new_names(slugs: tuple[str, ...]) -> dict[str, str]:
    """The present slugs of tags by old slugs, and by names ("c++" for "c-plus-plus")."""
    aliases = dict(TagAlias.objects.filter(slug__in=slugs).values_list("slug", "tag__slug"))
    by_name = Q()
    for slug in slugs:
        by_name |= Q(name__iexact=slug)
    named = {name.lower(): slug for name, slug in Tag.objects.filter(by_name).values_list("name", "slug")}
    return {**named, **aliases}


def suggest(index: TagIndex, unknown: str) -> Suggestion:
    """Offer known tags whose names are near an unknown one's."""
    names = {facet.tag.slug: facet.tag.name for facet in index.tags()}
    near = difflib.get_close_matches(unknown, names, NEAR, cutoff=0.6)
    near += [slug for slug in names if slug.startswith(slugify(unknown, allow_unicode=True)[:4] or "\0") and slug not in near]
    return Suggestion(unknown, [(names[slug], tag_path(slug)) for slug in near[:NEAR]])
