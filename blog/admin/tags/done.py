"""The message after something was done to a tag, with the button that undoes it; or why it could not be done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.generic import View

from blog.models import TagOperation
from blog.services.tags import TagError

LISTING = "wagtailsnippets_blog_tag:list"


def done_message(request: HttpRequest, operation: TagOperation) -> str:
    """Return what was done, as HTML with the button."""
    return render_to_string("blog/admin/tags/done.html", {"operation": operation}, request)


def say_done(request: HttpRequest, *operations: TagOperation) -> None:
    """Show the member what was done, with a button for each operation that undoes it."""
    for operation in operations:
        messages.success(request, done_message(request, operation))


class ReportsTagError(View):
    """A view that says, above the list of tags, why something cannot be done to a tag: somebody deleted it meanwhile."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except TagError as error:
            messages.error(request, str(error))
            return redirect(LISTING)
