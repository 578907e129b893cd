"""A warning after a page was saved: its text has tags that are shown as text."""

from django.contrib import messages
from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from blog.markdown import cached_render, render
from blog.markdown.preview import warning_of


def warn_of_unlisted_tags(request: HttpRequest, page: Page) -> None:
    """Name the tags, and the cure."""
    body = getattr(page, "body", "")
    if body and (sentence := warning_of(cached_render(body, render))):
        messages.warning(request, sentence)


hooks.register("after_create_page", warn_of_unlisted_tags)
hooks.register("after_edit_page", warn_of_unlisted_tags)
