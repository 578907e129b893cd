"""Previews of an unsaved post in the admin: its page, its card in a listing, when shared, in a feed reader, in an e-mail."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from markupsafe import Markup
from wagtail import hooks
from wagtail.admin.userbar import Userbar

from blog.caching.content_security import PUBLIC_POLICY
from blog.feeds.entries import content_of
from blog.images.versions import existing_versions
from blog.language import in_site_language
from blog.models import PostPage
from blog.models.rows import PostRow
from blog.rendering.card import completed, render_cards
from blog.rendering.post import PostView, post_view
from blog.request import base_of
from blog.selections.slugs import in_order
from blog.services.findings import findings_of
from blog.views.posts import PostPageContext, cover_of

EMAIL_HOOK = "render_email_of_post"  # the HTML of the email that holds one post; this package knows no emails


def preview(request: HttpRequest, post: PostPage, mode: str) -> HttpResponse:
    """Return an unsaved post with rendered text as one of `PostPage.preview_modes` shows it, in the site's language."""
    row = PostRow.of(post, texts=mode != "card")
    tags = sorted(post.tags.all(), key=lambda tag: in_order(tag.name))
    with in_site_language():
        response = MODES.get(mode, as_page)(request, post, post_view(row, tags))
    return response


def as_page(request: HttpRequest, post: PostPage, shown: PostView) -> HttpResponse:
    """Return the post's page with Wagtail's checks, whose scripts this response alone may run."""
    userbar = Markup(Userbar(object=post).render_html({"request": request}))  # noqa: S704 (Wagtail's own)
    context = PostPageContext(shown, cover_of(shown.row.cover)).values()
    checks = {"userbar": userbar, "findings": findings_of(post, post.html)}
    response = render(request, "blog/post.html", {**context, **checks, "noindex": True})
    scripts = f"{base_of(request)}{settings.STATIC_URL}wagtailadmin/js/"
    response["Content-Security-Policy"] = f"{_with_styles()}; script-src {scripts}"
    return response


def as_card(request: HttpRequest, post: PostPage, shown: PostView) -> HttpResponse:
    """Return the post's card, as listings have it."""
    card = Markup(completed(render_cards([shown])[shown.row.pk]))  # noqa: S704 (a template escapes)
    return render(request, "blog/card_preview.html", {"card": card, "noindex": True})


def as_shared(request: HttpRequest, post: PostPage, shown: PostView) -> HttpResponse:
    """Return what other sites make of a link to the post: picture, title, description and host."""
    cover = existing_versions(post.cover) if post.cover else None
    host = urlsplit(base_of(request)).netloc
    return _with_style_element(render(request, "blog/shared_preview.html", {"post": shown, "cover": cover, "host": host}))


def as_feed_entry(request: HttpRequest, post: PostPage, shown: PostView) -> HttpResponse:
    """Return what a feed reader has of the post: its whole text, without the site's style."""
    content = Markup(content_of(shown.row.html, base_of(request) + shown.address))  # noqa: S704 (sanitised when it was rendered)
    return _with_style_element(render(request, "blog/feed_preview.html", {"post": shown, "content": content}))


def as_email(request: HttpRequest, post: PostPage, shown: PostView, *, whole: bool = False) -> HttpResponse:
    """Return the e-mail that subscribers would get if this were the only new post, as sign-up composes it."""
    (email_html,) = hooks.get_hooks(EMAIL_HOOK)
    return _with_style_element(HttpResponse(email_html(post, getattr(request.user, "email", ""), whole=whole)))


Mode = Callable[[HttpRequest, PostPage, PostView], HttpResponse]
MODES: dict[str, Mode] = {
    "card": as_card,
    "shared": as_shared,
    "feed": as_feed_entry,
    "email": as_email,
    "email_whole": partial(as_email, whole=True),
}


def _with_styles() -> str:
    return PUBLIC_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


def _with_style_element(response: HttpResponse) -> HttpResponse:
    """Allow the style element that stands in for what other programs look like."""
    response["Content-Security-Policy"] = _with_styles()
    return response
