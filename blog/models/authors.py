"""Authors of posts, each with a listing at `/@handle/`."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, MultipleChooserPanel
from wagtail.models import Orderable

from blog.markdown import render_short, validate
from blog.models.fields import MarkdownField
from blog.models.relations import RelationQuerySet
from blog.models.render_options import shared_options
from blog.models.revision import locked_revision, raise_revision

valid_handle = RegexValidator(
    r"^[a-z0-9_]+(?:-[a-z0-9_]+)*\Z", _("A handle is lower-case letters, digits, “_” and single “-” between them, such as ada.")
)


class AuthorQuerySet(models.QuerySet["Author"]):
    """Queries of authors."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete these authors; their posts remain without them. Thousands of relations go in one statement."""
        with locked_revision():
            PostAuthor.objects.filter(author__in=list(self.values_list("pk", flat=True))).delete_at_once()
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]  # as Django marks its own
    delete.queryset_only = True  # type: ignore[attr-defined]  # likewise


class Author(models.Model):  # type: ignore[django-manager-missing]  # the queryset of PostAuthor is generic
    """An author of posts, optionally with a user account."""

    name = models.CharField(_("name"), max_length=200)
    handle = models.CharField(
        _("handle"), max_length=50, unique=True, validators=[valid_handle], help_text=_("The author's address is /@handle/.")
    )
    about = MarkdownField(_("about"), blank=True, max_length=10_000, validators=[validate])
    url = models.URLField(_("own site"), blank=True)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("A portrait: shown small and square."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="author",
        help_text=_("New posts of this account are by this author."),
    )
    about_html = models.TextField(editable=False, default="")

    objects = AuthorQuerySet.as_manager()

    panels = [FieldPanel(name) for name in ("name", "handle", "about", "picture", "url", "user")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.about_html = render_short(self.about, shared_options()) if self.about else ""
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the author; the posts remain without. See `AuthorQuerySet.delete`."""
        with locked_revision():
            PostAuthor.objects.filter(author=self).delete_at_once()
            deleted: tuple[int, dict[str, int]] = super().delete(*args, **kwargs)
        return deleted


class PostAuthor(Orderable):
    """An author of a post; a post may have several, in the order of its byline."""

    post = ParentalKey("blog.PostPage", on_delete=models.CASCADE, related_name="post_authors")
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="post_authors", verbose_name=_("author"))

    objects = RelationQuerySet["PostAuthor"].as_manager()

    panels = [FieldPanel("author")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["post", "author"], name="post_by_an_author_once")]
        verbose_name = _("author of a post")
        verbose_name_plural = _("authors of posts")

    def __str__(self) -> str:
        return f"{self.post}: {self.author}"

    @classmethod
    def storable(cls, post: int | None, items: Iterable["PostAuthor"]) -> list["PostAuthor"]:
        """Return a byline as it can be stored: each author once, no deleted one, and in the row that it has already."""
        by_author: dict[int, PostAuthor] = {}
        for item in items:
            by_author.setdefault(item.author_id, item)
        rows = dict(cls.objects.filter(post=post).values_list("author_id", "pk"))
        present = set(Author.objects.filter(pk__in=by_author).values_list("pk", flat=True))
        kept = [item for author, item in by_author.items() if author in present]
        for place, item in enumerate(kept):
            item.pk, item.sort_order = rows.get(item.author_id), place
        return kept


class BylinePanel(MultipleChooserPanel):
    """The authors of a post: a line for each, where Wagtail has a panel with a heading, a label and a chooser's frame."""

    class BoundPanel(MultipleChooserPanel.BoundPanel):
        template_name = "blog/admin/byline_panel.html"

        @property
        def script_id(self) -> str:
            """Return the id at which the script of Wagtail's panel finds the chooser."""
            return f"id_{self.formset.prefix}-CHOOSER_WIDGET"
