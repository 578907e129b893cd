"""Brings stored words into the site's language when that is another now.

Cards hold dates and numbers, texts the name of the way back from a footnote; everything else is said as it is shown.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from wagtail.models import Locale, Site

from blog.cards import render_card
from blog.markdown import RenderError, render_short
from blog.markdown.finish import PREFIX
from blog.models import Appearance, Author, BlogPage, PostPage, Stream, Tag
from blog.models.revision import bump
from kimonote.models import StoredWords
from signup.models import SignupPage

WAY_BACK = f'href="#{PREFIX}fnref'  # in a text with footnotes
TEXTS: tuple[tuple[type[models.Model], str, str], ...] = (  # each field with what is rendered from it
    (Appearance, "footer", "footer_html"),
    (Author, "about", "about_html"),
    (BlogPage, "introduction", "introduction_html"),
    (SignupPage, "text", "html"),
    (Stream, "introduction", "introduction_html"),
    (Tag, "description", "description_html"),
)


def adopt_language(say: Callable[[str], object]) -> None:
    """Render what is stored in words of another language or time zone anew; it may be interrupted, and begun again."""
    wanted = {"language": settings.LANGUAGE_CODE, "time_zone": settings.TIME_ZONE}
    if StoredWords.objects.filter(pk=StoredWords.ROW, **wanted).exists():
        return
    _rename_locale()
    posts = PostPage.objects.values_list("pk", flat=True)
    if posts:
        say(f"Rendering {len(posts)} posts in “{settings.LANGUAGE_CODE}”, {settings.TIME_ZONE} …")
    for post in posts:
        _render_post(post)
    for model, text, html in TEXTS:
        _render_texts(model, text, html)
    bump()
    StoredWords.objects.update_or_create(pk=StoredWords.ROW, defaults=wanted)


def _rename_locale() -> None:
    """Let the pages be in this language: Wagtail finds no locale of its own once LANGUAGE_CODE is another."""
    if not Locale.all_objects.filter(language_code=settings.LANGUAGE_CODE).exists():
        of_pages = Site.objects.filter(is_default_site=True).values("root_page__locale")
        Locale.all_objects.filter(pk__in=of_pages).update(language_code=settings.LANGUAGE_CODE)


@transaction.atomic
def _render_post(pk: int) -> None:
    post: PostPage | None = PostPage.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if post is None:
        return
    if WAY_BACK in post.html:
        _render_whole(post)
    PostPage.objects.filter(pk=pk).update(html=post.html, card=render_card(post))


def _render_whole(post: PostPage) -> None:
    try:
        post.render()
    except RenderError:  # of narrower limits than when it was saved: its words stay
        return


def _render_texts(model: type[Any], text: str, html: str) -> None:
    for one in model._default_manager.filter(**{f"{html}__contains": WAY_BACK}):
        model._default_manager.filter(pk=one.pk).update(**{html: render_short(getattr(one, text))})
