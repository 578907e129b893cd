"""The message after something was done to a tag, with the button that undoes it."""

from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string

from blog.models import TagOperation


def done_message(request: HttpRequest, operation: TagOperation) -> str:
    """Return what was done, as HTML with the button."""
    return render_to_string("blog/admin/tags/done.html", {"operation": operation}, request)


def say_done(request: HttpRequest, *operations: TagOperation) -> None:
    """Tell the member what was done, with a button for each operation that undoes it."""
    for operation in operations:
        messages.success(request, done_message(request, operation))
