"""Tags by their names as people write them, in the admin, in an import or by the API: found in any spelling, else created."""

import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, prefetch_related_objects
from modelcluster.contrib.taggit import ClusterTaggableManager, _ClusterTaggableManager
from modelcluster.queryset import FakeQuerySet

from blog.models.revision import locked_revision, raise_revision
from blog.models.tag_history import TagRedirect
from blog.models.tags import Tag, TagAlias, name_fault
from blog.selections.selection import Selection
from blog.selections.slugs import fold_name, slug


def find_tags(names: Collection[str]) -> dict[str, Tag]:
    """Return the tag of each name that has one: by name, by slug or by a former slug, in any spelling."""
    folded = {name: fold_name(name) for name in names}
    slugs = {name: slug(name) for name in names}
    tags = Tag.objects.filter(Q(folded_name__in=set(folded.values())) | Q(slug__in=set(slugs.values())))
    by_name = {tag.folded_name: tag for tag in tags}
    aliases = TagAlias.objects.filter(slug__in=set(slugs.values())).select_related("tag")
    by_slug = {alias.slug: alias.tag for alias in aliases} | {tag.slug: tag for tag in tags}
    found = {name: by_name.get(folded[name]) or by_slug.get(slugs[name]) for name in names}
    if missing := [name for name, tag in found.items() if not tag]:
        by_slug = _with_chosen_slug({slugs[name] for name in missing})
        found |= {name: by_slug.get(slugs[name]) for name in missing}
    return {name: tag for name, tag in found.items() if tag}


def present(selection: Selection) -> Selection:
    """Return a selection with its tags' names of now, and in place of deleted ones what their addresses lead to."""
    return TagRedirect.followed(selection.renaming(TagAlias.present(selection.tags)))


def _with_chosen_slug(wanted: Collection[str]) -> dict[str, Tag]:
    """Return the tags whose name has one of these slugs, though their editor chose another."""
    chosen = Tag.objects.exclude(Q(slug=F("folded_name")) & ~Q(slug__contains="--"))  # of most, the slug is the name
    found = {spelt: pk for pk, name in chosen.order_by().values_list("pk", "name") if (spelt := slug(name)) in wanted}
    tags = Tag.objects.in_bulk(found.values())
    return {spelt: tags[pk] for spelt, pk in found.items() if pk in tags}


def get_or_create_tags(names: Collection[str]) -> tuple[dict[str, Tag], list[Tag]]:
    """Return the tag for each name, and which of them were created. Raise ValidationError for a name that no tag can have."""
    known = find_tags(names)
    missing = [name for name in names if name not in known]
    if not missing:
        return known, []
    if faults := [fault for fault in map(name_fault, missing) if fault]:
        raise ValidationError(faults)
    with locked_revision():
        known |= find_tags(missing)  # again, now that nobody else creates any
        new = {slug(name): _new_tag(name) for name in reversed(missing) if name not in known}
        created = Tag.objects.bulk_create(reversed(new.values()))
        raise_revision(())
    return {**{name: new[slug(name)] for name in missing if name not in known}, **known}, created


def _new_tag(name: str) -> Tag:
    return Tag(name=" ".join(unicodedata.normalize("NFC", name).split()), slug=slug(name))


def tags_of(items: Iterable[Any]) -> list[Tag]:
    """Return the tags of tagged items, by one query: taggit asks for each."""
    items = [*items]
    prefetch_related_objects(items, "tag")
    return [item.tag for item in items]


class TagManager(_ClusterTaggableManager):
    """taggit's manager of one object's tags, to which a name in another spelling is no other tag."""

    def get_queryset(self, extra_filters: dict[str, Any] | None = None) -> Any:
        if self.instance is not None and (items := self.get_tagged_item_manager()).is_deferring:
            return FakeQuerySet(Tag, tags_of(items.all()))
        return super().get_queryset(extra_filters)

    def _to_tag_model_instances(self, tags: Iterable[Tag | str], tag_kwargs: dict[str, Any]) -> list[Tag]:
        """Return the tags for tags and names, in this order."""
        tags = [*tags]
        by_name, _created = get_or_create_tags([tag for tag in tags if isinstance(tag, str)])
        return list(dict.fromkeys(by_name[tag] if isinstance(tag, str) else tag for tag in tags))


class TagsField(ClusterTaggableManager):
    """The tags of a page, kept in memory until it is saved."""

    def __get__(self, instance: Model | None, model: type[Model]) -> TagManager:
        return TagManager(through=self.through, model=model, instance=instance, prefetch_cache_name=self.name)

    def value_from_object(self, instance: Any) -> list[Tag]:
        """Return the tags, those not saved yet among them."""
        return tags_of(instance.tagged_items.select_related("tag"))
