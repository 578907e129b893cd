"""What an operation on a tag would change, for the member who is about to do it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.admin.tags.counts import seen_items
from blog.models import PostTag, Stream, Tag
from blog.paths import tag_path
from blog.selections.selection import SEPARATORS, Selection
from blog.services.following import left_behind
from blog.services.row_changes import selections_naming


def effects_of(user: User, tag: Tag, target: Tag | None = None) -> list[str]:
    """Return sentences: how many posts, that the member may see, and which streams, subscriptions and addresses."""
    items = seen_items(user).filter(tag=tag)
    sentences = [_count_posts(items.count())]
    if target:
        both = items.filter(content_object__in=PostTag.objects.filter(tag=target).values("content_object")).count()
        if both:
            sentences.append(
                ngettext("%(count)d of them has “%(target)s” already.", "%(count)d of them have “%(target)s” already.", both)
                % {"count": both, "target": target}
            )
    return [*sentences, *selection_sentences([tag.slug])[tag.slug], _("Addresses: %s") % ", ".join(addresses(tag))]


def _count_posts(count: int) -> str:
    return ngettext("%(count)d post that you may see has it.", "%(count)d posts that you may see have it.", count) % {
        "count": count
    }


def selection_sentences(slugs: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each of some tags, how many streams, subscriptions and the like name it; streams by name."""
    sentences: dict[str, list[str]] = {slug: [] for slug in slugs}
    for queryset in selections_naming(sentences) if sentences else ():
        naming: dict[str, list[Any]] = defaultdict(list)
        for one in queryset:
            for slug in sentences.keys() & set(tags_in(one.expression)):
                naming[slug].append(one)
        for slug, named in naming.items():
            sentences[slug].append(_count(queryset.model, named))
    return sentences


def stays(slugs: Iterable[str], leads_to: Selection) -> list[str]:
    """Return a sentence on the streams, subscriptions and the like that cannot follow tags to a selection, if any."""
    found = [_count(model, named) for model, named in left_behind(slugs, leads_to)]
    sentence = _(
        "These would want a tag and refuse it, or become too long: they stay as they are, and name a tag that is no more. %s"
    )
    return [sentence % ", ".join(found)] if found else []


def tags_in(expression: str) -> list[str]:
    """Return the slugs of tags in a stored selection, or in several with “|” between them."""
    return [word.lstrip("-") for part in expression.split("|") for word in SEPARATORS.split(part) if word]


def _count(model: Any, named: list[Any]) -> str:
    """Return the number of selections, of streams with their names, which every reader knows."""
    kind = model._meta.verbose_name_plural if len(named) > 1 else model._meta.verbose_name
    return f"{len(named)} {kind}" + (": " + ", ".join(map(str, named)) if model is Stream else "")


def addresses(tag: Tag) -> list[str]:
    """Return the addresses of a tag's listing as they are read, those of its old names too."""
    return [uri_to_iri(tag_path(slug)) for slug in (tag.slug, *tag.aliases.order_by("slug").values_list("slug", flat=True))]
