"""The forms a comment is written in: each reads, normalises and refuses in words; neither of them writes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from blog.markdown import RenderError, render_comment
from blog.models.comments import LONGEST_COMMENT, LONGEST_NAME
from blog.rendering.formats import number
from mail.compose import one_line
from web.antispam import VisitorForm


class TextForm(forms.Form):
    """The text alone: all that an author of the blog has to give."""

    text = forms.CharField(required=False)

    def clean_text(self) -> str:
        """Refuse what is empty, too long, or cannot be rendered."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if len(text) > LONGEST_COMMENT:
            words = _("The comment has %(size)s characters; at most %(limit)s can be taken. Please shorten it.")
            raise ValidationError(words % {"size": number(len(text)), "limit": number(LONGEST_COMMENT)})
        try:
            html = render_comment(text)
        except RenderError as error:
            raise ValidationError(str(error)) from error
        if not strip_tags(html).strip():
            raise ValidationError(_("Please write something."))
        return text


class NameForm(forms.Form):
    """The name under which a comment stands."""

    name = forms.CharField(required=False)

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Please give a name; it is shown with your comment."))
        if len(name) > LONGEST_NAME:
            raise ValidationError(_("The name is too long: at most %s characters can be shown.") % LONGEST_NAME)
        return name


class CommentForm(VisitorForm, NameForm, TextForm):
    """A visitor's comment: name and address, the text, and the antispam fields of `VisitorForm`."""

    replies = forms.BooleanField(required=False)  # whether emails about replies are wanted


class EditForm(NameForm, TextForm):
    """A comment as a moderator edits it; an author's stands under the author's name."""

    def __init__(self, *args: Any, is_author: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label, self.fields["text"].label = _("Name"), _("Text")
        self.fields["text"].widget = forms.Textarea()
        if is_author:
            del self.fields["name"]
