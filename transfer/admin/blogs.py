"""The blog of a form: chosen where there are several that the user may choose."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from blog.models import BlogPage


class BlogForm(forms.Form):
    """A form about one blog."""

    allowed: Callable[[Any], list[BlogPage]]
    chosen = forms.ModelChoiceField(BlogPage.objects.none(), label=_("Blog"), empty_label=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blogs = type(self).allowed(user)
        if len(self.blogs) == 1:
            del self.fields["chosen"]
        else:
            field: Any = self.fields["chosen"]
            field.queryset = BlogPage.objects.filter(pk__in=[blog.pk for blog in self.blogs])

    @property
    def blog(self) -> BlogPage:
        blog: BlogPage = self.cleaned_data.get("chosen") or self.blogs[0]
        return blog
