"""The form of a post: a slug that follows from a title that another post has, or from a reserved word, gets a number.

A title without letters, of which none follows, gets one too.
"""

from typing import Any

from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.coreutils import cautious_slugify
from wagtail.models import Page

from blog.models import PostPage
from blog.models.reserved_slugs import MOST_SLUG, is_reserved, numbered

NAMELESS = "post"  # as importers have it, in `page_slug`


class PostForm(WagtailAdminPageForm):
    """Wagtail's form, in which a repeated title is no mistake: `links`, `links-2`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # Micropub's form for a change has the fields that change alone
            self.fields["slug"].required = self._is_published

    @property
    def _is_published(self) -> bool:
        return bool(self.instance.pk and self.instance.live)

    def clean_slug(self) -> str:
        given: str = self.cleaned_data["slug"]
        title = self.cleaned_data.get("title", "")
        proposed = slugify(title, allow_unicode=True)[:MOST_SLUG]
        follows = given.lower() in ("", proposed, cautious_slugify(title)[:MOST_SLUG])
        if not follows or self._is_published:
            return given  # chosen by hand, or published: the form's own check tells of what is wrong
        return next(slug for slug in numbered(given or proposed or NAMELESS) if self._is_free(slug))

    def _is_free(self, slug: str) -> bool:
        is_free: bool = Page._slug_is_available(slug, self.parent_page, self.instance)
        return is_free and not is_reserved(slug)

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Return what Wagtail, which has just saved by itself, changes in the open form: a number of the slug too."""
        updates: list[tuple[str, str]] = super().get_field_updates_for_resave()
        name = self.add_prefix("slug")
        proposed, given = self.cleaned_data.get("slug", ""), self.data.get(name)
        return updates if given in ("", proposed) else [*updates, (name, proposed)]


PostPage.base_form_class = PostForm  # before Wagtail builds the form from it
