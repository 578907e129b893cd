"""What the tag field asks while somebody types: tags that begin so, that are nearly the same, or that had the name before.

Nobody learns of a tag here that only posts have which they may not see: in the admin, or as any reader.
"""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from blog.admin.page_choosers import choosable_pages
from blog.models import PostTag, Tag, TagAlias
from blog.models.tags import name_fault
from blog.selections.near_names import nearly_same
from blog.selections.slugs import fold_name, in_order, slug
from wagtail_actions.users import admin_user

NAME = "tag_suggestions"
MOST_SHOWN = 8  # suggestions for one text
MOST_COUNTED = 200  # tags that a text may match before they are counted
MOST_NAMES = 100  # texts in one request


class NamedTag(NamedTuple):
    """A tag that the user may know of."""

    pk: int
    name: str
    slug: str
    folded_name: str


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Respond, for each text `q`, with the tag that it names, what to say of it, and the suggestions."""
    suggestions = Suggestions(admin_user(request))
    return JsonResponse({"results": [suggestions.of(text) for text in request.GET.getlist("q")[:MOST_NAMES]]})


def seen_counts(user: User, tags: Collection[int]) -> dict[int, int]:
    """Return the number of posts with each of these tags that a user may see; 0 only for whoever may list all tags."""
    items = PostTag.objects.filter(tag__in=tags).order_by()
    if not user.is_superuser:
        items = items.filter(content_object__in=choosable_pages(user).values("pk"))
    counts = dict(items.values_list("tag").annotate(Count("pk")))
    return dict.fromkeys(tags, 0) | counts if may_list_tags(user) else counts


def may_list_tags(user: User) -> bool:
    """Return whether a user may see the list of all tags."""
    return any(user.has_perm(f"blog.{action}_tag") for action in ("view", "change", "delete"))


def names_beginning(text: str, user: User) -> list[str]:
    """Return the names of some tags that begin with a text, and that the user may know of."""
    if not (folded := fold_name(text)):
        return []
    found = dict(Tag.objects.filter(folded_name__startswith=folded).values_list("pk", "name")[:MOST_COUNTED])
    counts = seen_counts(user, found.keys())
    return [name for tag, name in found.items() if tag in counts][:MOST_SHOWN]


class Suggestions:
    """Tags for one user, read when the first text asks for them."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def tags(self) -> list[NamedTag]:
        return [NamedTag(*row) for row in Tag.objects.order_by().values_list(*NamedTag._fields)]

    def of(self, text: str) -> dict[str, Any]:
        """Return what a text stands for: `name` of its tag or "", `fault`, `note`, and `options` to choose from."""
        typed = " ".join(text.split())
        if not typed or (fault := name_fault(typed)):
            return {"typed": typed, "name": "", "fault": fault if typed else "", "note": "", "options": []}
        exact, is_former = self._named(typed)
        found = [tag for tag in self.tags if _begins(tag.folded_name, fold_name(typed))][:MOST_COUNTED]
        near = [tag for tag in self.tags if nearly_same(tag.name, typed)][:MOST_COUNTED]
        counts = seen_counts(self.user, {tag.pk for tag in (*exact, *found, *near)})
        exact, found, near = ([tag for tag in tags if tag.pk in counts] for tags in (exact, found, near))
        shown = _ordered(dict.fromkeys((*exact, *near, *found)), counts, typed)[:MOST_SHOWN]
        similar = {tag.pk for tag in near if tag not in exact}
        options = [{"name": tag.name, "label": tag.name, "hint": _hint(counts[tag.pk], tag.pk in similar)} for tag in shown]
        if not exact:
            options.append({"name": typed, "label": _("New tag “%s”") % typed, "hint": ""})
        name = exact[0].name if exact else ""
        return {
            "typed": typed,
            "name": name,
            "fault": "",
            "note": _note(typed, name, is_former, near, counts),
            "options": options,
        }

    def _named(self, typed: str) -> tuple[list[NamedTag], bool]:
        """Return the tag that a text names, as `find_tags` has it, and whether by a former name."""
        folded, spelt = fold_name(typed), slug(typed)
        tags = self.tags
        if found := [tag for tag in tags if tag.folded_name == folded] or [tag for tag in tags if tag.slug == spelt]:
            return found[:1], False
        former = set(TagAlias.objects.filter(slug=spelt).values_list("tag", flat=True))
        if former:
            return [tag for tag in self.tags if tag.pk in former], True
        return [tag for tag in self.tags if slug(tag.name) == spelt][:1], False


def _begins(name: str, text: str) -> bool:
    """Return whether a name, or a word in it, begins with a text."""
    return name.startswith(text) or f" {text}" in name or f"-{text}" in name


def _ordered(tags: Iterable[NamedTag], counts: dict[int, int], typed: str) -> list[NamedTag]:
    """Return tags in order: the very name, those that begin with the text, then by count."""
    text = fold_name(typed)
    return sorted(
        tags,
        key=lambda tag: (
            tag.folded_name != text,
            not tag.folded_name.startswith(text),
            -counts[tag.pk],
            in_order(tag.name),
        ),
    )


def _count_text(count: int) -> str:
    return ngettext("%(count)d post", "%(count)d posts", count) % {"count": count}


def _hint(count: int, is_similar: bool) -> str:
    return _("nearly the same, %s") % _count_text(count) if is_similar else _count_text(count)


def _note(typed: str, name: str, is_former: bool, near: list[NamedTag], counts: dict[int, int]) -> str:
    """Return what to say of a text: that its tag has another name, or that there are tags of nearly the same."""
    if name and is_former:
        return _("“%(typed)s” is called “%(name)s” now.") % {"typed": typed, "name": name}
    if name and name != typed:
        return _("“%(typed)s” becomes the tag “%(name)s”.") % {"typed": typed, "name": name}
    others = [tag for tag in near if tag.name != name]
    if not others:
        return ""
    named = ", ".join(f"{tag.name} ({_count_text(counts[tag.pk])})" for tag in _ordered(others, counts, typed)[:3])
    return _("Nearly the same: %s.") % named
