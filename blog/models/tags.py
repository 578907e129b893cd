"""Tags: taggit's, with a slug for every script, a description, a default order, and former slugs."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, TagBase
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable

from blog.markdown import render_short, validate
from blog.models.fields import FoldedNameField, MarkdownField, SortKeyField
from blog.models.relations import RelationQuerySet
from blog.models.render_options import shared_options
from blog.models.revision import locked_revision, raise_revision
from blog.models.tag_history import TagRedirect
from blog.replica import read_connection
from blog.selections.slugs import fold_name, slug

MOST_PINS = 10  # posts above one listing
MAX_NAME = 100  # characters, as taggit has it
UNTYPEABLE = ',"“”„«»\n\r\t'  # in a name: they separate or quote tags wherever several are typed


class Order(models.TextChoices):
    NEWEST = "newest", _("newest first")
    OLDEST = "oldest", _("oldest first")
    SERIES = "series", _("series, oldest first")

    @classmethod
    def of_listing(cls, order: str) -> str:
        """Return the order in which the posts are listed."""
        return cls.OLDEST if order == cls.SERIES else order


SERIES_HELP = _("Each post of a series says which part of it it is, with links to the part before and the next.")


class AboutTag(NamedTuple):
    """The fields of a tag shown on its listing."""

    order: str
    description_html: str
    pinned: tuple[tuple[int, str, str], ...]  # id, slug and title of each post, visible or not


ABOUT = """
SELECT tag."order", tag.description_html, page.id, page.slug, page.title
FROM blog_tag tag LEFT JOIN blog_pin pin ON pin.tag_id = tag.id LEFT JOIN wagtailcore_page page ON page.id = pin.post_id
WHERE tag.slug = %s ORDER BY pin.sort_order, pin.id
"""


class TagQuerySet(models.QuerySet["Tag"]):
    """Queries of tags."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete these tags with their tagged items: thousands of rows, in one statement."""
        with locked_revision():
            PostTag.objects.filter(tag__in=list(self.values_list("pk", flat=True))).delete_at_once()
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]  # as Django marks its own
    delete.queryset_only = True  # type: ignore[attr-defined]  # likewise


class Tag(TagBase, ClusterableModel):
    """A tag; its slug stands for it in URLs. No two names differ only in case, in how accents are composed or in U+FE0F."""

    folded_name = FoldedNameField("name")
    sort_key = SortKeyField("name")
    description = MarkdownField(_("description"), blank=True, max_length=10_000, validators=[validate])
    order = models.CharField(_("default order"), max_length=6, choices=Order, default=Order.NEWEST, help_text=SERIES_HELP)
    description_html = models.TextField(editable=False, default="")

    objects = TagQuerySet.as_manager()

    panels = [
        *(FieldPanel(name) for name in ("name", "slug", "description", "order")),
        InlinePanel(
            "pins",
            label=_("post"),
            heading=_("Start here"),
            help_text=_(
                "Posts that stand above all others on the tag's page, in this order. Whoever may not open one does not see it."
            ),
            max_num=MOST_PINS,
        ),
    ]

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    @staticmethod
    def about(slug: str) -> AboutTag | None:
        """Return an editor's settings of the tag with this slug; in SQL, since the ORM takes ten times longer."""
        with read_connection().cursor() as cursor:
            cursor.execute(ABOUT, [slug])
            rows = cursor.fetchall()
        return AboutTag(rows[0][0], rows[0][1], tuple(row[2:] for row in rows if row[2])) if rows else None

    def slugify(self, tag: str, i: int | None = None) -> str:
        """Return the slug of a name; `i` is taggit's number for the second and later tags with the same slug."""
        return slug(tag) if i is None else f"{slug(tag)[:95]}-{i + 1}"

    def clean(self) -> None:
        """Validate: raise ValidationError for a name that cannot be typed or is another's, or a slug not valid in URLs."""
        super().clean()
        if fault := name_fault(self.name):
            raise ValidationError({"name": fault})
        if other := Tag.objects.filter(folded_name=fold_name(self.name)).exclude(pk=self.pk).first():
            raise ValidationError({"name": _("There is the tag “%s” already: merge the two, or choose another name.") % other})
        if former := TagAlias.objects.filter(slug=self.slug or slug(self.name)).exclude(tag=self.pk).first():
            raise ValidationError(
                {
                    "slug": _("“%(slug)s” is an old name of the tag “%(tag)s”: split it off there, or choose another.")
                    % {"slug": former.slug, "tag": former.tag}
                }
            )
        if self.slug and slug(self.slug) != self.slug:
            raise ValidationError({"slug": _("This slug cannot stand in an address: write “%s”.") % slug(self.slug)})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.description_html = render_short(self.description, shared_options()) if self.description else ""
        with locked_revision():
            old = Tag.objects.filter(pk=self.pk).first()
            super().save(*args, **kwargs)
            TagAlias.objects.filter(slug=self.slug).delete()
            TagRedirect.objects.filter(slug=self.slug).delete()
            if old and old.slug != self.slug:
                self.aliases.create(slug=old.slug)  # which its addresses and stored selections follow
            raise_revision(None if old else ())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the tag and its tagged items. See `TagQuerySet.delete`."""
        with locked_revision():
            PostTag.objects.filter(tag=self).delete_at_once()
            deleted: tuple[int, dict[str, int]] = super().delete(*args, **kwargs)
        return deleted


def name_fault(name: str) -> str:
    """Return the sentence that tells why a tag cannot have this name; empty if it can."""
    if len(name) > MAX_NAME:
        return gettext("A tag's name has at most %(most)d characters: “%(name)s” has %(length)d.") % {
            "most": MAX_NAME,
            "name": name,
            "length": len(name),
        }
    if sign := next((sign for sign in name if sign in UNTYPEABLE), ""):
        return gettext("A tag's name cannot have “%(sign)s”, as “%(name)s” has: leave it out.") % {"sign": sign, "name": name}
    if not fold_name(name):
        return gettext("A tag's name needs a letter, a digit or another visible sign.")
    return ""


class PostTag(ItemBase):
    """A tagged item: the relation of a post and a tag."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="post_tags")
    content_object = ParentalKey("blog.PostPage", on_delete=models.CASCADE, related_name="tagged_items")

    objects = RelationQuerySet["PostTag"].as_manager()

    class Meta:
        ordering = ["pk"]  # as they were typed
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="post_bears_tag_once")]

    @classmethod
    def present_tags(cls, ids: Iterable[int | None]) -> dict[int | None, int]:
        """Return the tags that these items are of now: a merge, a split and their undoing change it, and nothing else does."""
        known = [pk for pk in ids if pk]
        return dict(cls.objects.filter(pk__in=known).values_list("pk", "tag_id")) if known else {}

    @classmethod
    def refresh_tags(cls, items: "Iterable[PostTag]") -> set[int | None]:
        """Give items that were read before a merge or a split their present tags; return the ids of those still there."""
        present = cls.present_tags(item.pk for item in items)
        for item in items:
            item.tag_id = present.get(item.pk, item.tag_id)
        return set(present)


class Pin(Orderable):
    """A post pinned to the top of a tag's listing; it need not have the tag."""

    tag = ParentalKey(Tag, on_delete=models.CASCADE, related_name="pins")
    post = models.ForeignKey("blog.PostPage", on_delete=models.CASCADE, related_name="pins", verbose_name=_("post"))

    panels = [FieldPanel("post")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["tag", "post"], name="post_pinned_to_a_tag_once")]
        verbose_name = _("post to start with")
        verbose_name_plural = _("posts to start with")

    def __str__(self) -> str:
        return f"{self.post} → {self.tag}"


class TagAlias(models.Model):
    """A former slug of a tag, or of a tag merged into it: its URLs redirect to the tag's."""

    slug = models.CharField(_("old slug"), max_length=100, unique=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name = _("old tag name")
        verbose_name_plural = _("old tag names")

    def __str__(self) -> str:
        return f"{self.slug} → {self.tag}"

    @classmethod
    def present(cls, slugs: Iterable[str]) -> dict[str, str]:
        """Return the present slug of the tag for each of some slugs that is a former one."""
        return dict(cls.objects.filter(slug__in=slugs).values_list("slug", "tag__slug"))


class MergedTag(models.Model):
    """The id of a tag merged into another: drafts and scheduled revisions still refer to it."""

    old_id = models.PositiveBigIntegerField(primary_key=True)  # no foreign key: that tag is gone
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="merged_tags")

    wagtail_reference_index_ignore = True  # no use of a tag that an editor should know of

    def __str__(self) -> str:
        return f"{self.old_id} → {self.tag}"

    @classmethod
    def present(cls, ids: set[int]) -> dict[int, int]:
        """Return the current tag of each of these ids, without those of deleted tags."""
        merged = dict(cls.objects.filter(old_id__in=ids).values_list("old_id", "tag_id"))
        return {**{tag: tag for tag in Tag.objects.filter(pk__in=ids).values_list("pk", flat=True)}, **merged}

    @classmethod
    def follow(cls, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the tagged items of a revision's content with the present tags, without duplicates.

        An item that the post still has says itself which tag it is of; others follow the merges of their tags.
        """
        present = PostTag.present_tags(item.get("pk") for item in items)
        items = [{**item, "tag": present.get(item.get("pk"), item["tag"])} for item in items]
        ids = [item["tag"] for item in items]
        merged = dict(cls.objects.filter(old_id__in=ids).values_list("old_id", "tag_id")) if ids else {}
        followed: dict[int, dict[str, Any]] = {}
        for item in items:
            tag = merged.get(item["tag"], item["tag"])
            if tag not in followed or item.get("pk") in present:  # of two, the one that the post still has
                followed[tag] = item
        return [{**item, "tag": tag} for tag, item in followed.items()]
