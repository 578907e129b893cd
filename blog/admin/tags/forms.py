"""Forms of what is done to a tag."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from blog.admin.stream_form import SUGGESTIONS
from blog.admin.tag_field import TagsInput
from blog.admin.tags.counts import matching_posts
from blog.models import Tag
from blog.models.tag_names import find_tags
from blog.models.tags import name_fault
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.selections.slugs import slug
from blog.selections.typed import KnownTags, read_typed

NO_TAG = _("There is no tag “%s”: write the name of one that there is.")


class OneTagInput(TagsInput):
    """The field of tags for one tag that there is."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "suggestions": reverse(SUGGESTIONS), "only_one": True}


class TagNameField(forms.CharField):
    """The name of a tag that there is, in any spelling, or an old name of it."""

    widget = OneTagInput

    def clean(self, value: Any) -> Any:
        name = " ".join(super().clean(value).split())
        if not name:
            return None
        if tag := find_tags([name]).get(name):
            return tag
        raise ValidationError(NO_TAG % name)


class ActionForm(forms.Form):
    """A form about one tag, filled in by a member."""

    def __init__(self, *args: Any, tag: Tag, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tag, self.user = tag, user


class MergeForm(ActionForm):
    target = TagNameField(label=_("Merge it into"), help_text=_("The name of a tag. The posts will have that one."))

    def clean_target(self) -> Tag:
        target: Tag = self.cleaned_data["target"]
        if target.pk == self.tag.pk:
            raise ValidationError(gettext("The tag “%s” cannot be merged into itself: choose another.") % target)
        return target


class AliasForm(ActionForm):
    name = forms.CharField(
        label=_("Old or other name"),
        max_length=100,
        help_text=_("Typed, imported or in an address, it will stand for this tag."),
    )


class SplitForm(ActionForm):
    name = forms.CharField(
        label=_("Tag that they get"),
        max_length=100,
        help_text=_("A new name, that of another tag, or an old name of this one, which becomes a tag of its own again."),
    )
    other = TagNameField(label=_("Posts that have this tag too"), required=False)
    words = forms.CharField(
        label=_("Posts with these words"),
        required=False,
        max_length=200,
        help_text=_("Words, or a phrase in quotation marks. Where a tag is given too: posts that have both."),
    )
    posts: list[int]
    is_old_name = False

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if fault := name_fault(name):
            raise ValidationError(fault)
        return name

    def clean(self) -> None:
        name, other = self.cleaned_data.get("name"), self.cleaned_data.get("other")
        words: str = self.cleaned_data.get("words") or ""
        if self.errors or not name:
            return
        self.is_old_name = self.tag.aliases.filter(slug=slug(name)).exists()
        if find_tags([name]).get(name) == self.tag and not self.is_old_name:
            self.add_error("name", gettext("The posts have the tag “%s” already: choose another.") % self.tag)
            return
        if not (other or words or self.is_old_name):
            raise ValidationError(gettext("Say which posts get the tag: those with another tag, or with some words."))
        self.posts = matching_posts(self.user, self.tag, other, words) if other or words else []
        if not self.posts and not self.is_old_name:
            raise ValidationError(gettext("No post of this tag that you may see is such a one."))


class DeleteForm(ActionForm):
    leads_to = forms.CharField(
        label=_("Its addresses lead to"),
        required=False,
        max_length=500,
        help_text=_("A tag or a selection, such as “writing -poems”. Empty: to nowhere."),
    )

    def clean_leads_to(self) -> Selection:
        known = KnownTags.of(Tag.objects.values_list("slug", "name"))
        try:
            selection = read_typed(self.cleaned_data["leads_to"], known, settings.TAG_LIMIT)
        except SelectionError as error:
            raise ValidationError(explain(error)) from error
        if self.tag.slug in selection.tags:
            raise ValidationError(gettext("The addresses of “%s” cannot lead to itself: choose another tag.") % self.tag)
        there = set(known.slug_of.values())
        if unknown := [tag for tag in selection.tags if tag not in there]:
            raise ValidationError([NO_TAG % tag for tag in unknown])
        return selection
