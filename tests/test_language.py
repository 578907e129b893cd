"""The site's language: all of a page speaks it, also what was stored in another one."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override
from wagtail.models import Locale

from blog.models import BlogPage, PostPage, Tag
from blog.snapshots import read_revision
from kimonote.models import StoredWords
from tests.factories import make_post

pytestmark = pytest.mark.django_db

BODY = "Text.[^1]\n\n[^1]: Note.\n"
PUBLISHED = datetime(2018, 1, 24, 23, 30, tzinfo=UTC)


@pytest.fixture
def german(settings: LazySettings) -> LazySettings:
    settings.LANGUAGE_CODE = "de"
    return settings


def prepare() -> str:
    said = StringIO()
    call_command("prepare", stdout=said)
    return said.getvalue()


def test_change_of_language_takes_stored_words_along(blog: BlogPage, settings: LazySettings) -> None:
    post = make_post(blog, "a", body=BODY, published=PUBLISHED)
    Tag.objects.update(description=BODY, description_html=post.html)
    prepare()
    assert ("24 January 2018" in post.card, "Back to the text" in post.html) == (True, True)
    settings.LANGUAGE_CODE, settings.TIME_ZONE = "de", "Europe/Berlin"
    before = read_revision()
    assert "Rendering 1 posts in “de”, Europe/Berlin …" in prepare()
    post.refresh_from_db()
    assert ("25. Januar 2018" in post.card, "Zurück zum Text" in post.html) == (True, True)
    assert "Zurück zum Text" in Tag.objects.get().description_html
    assert read_revision() > before
    assert [locale.language_code for locale in Locale.all_objects.all()] == ["de"]
    assert post.locale == Locale.get_default()


def test_stored_words_are_left_alone_while_language_stays(blog: BlogPage) -> None:
    prepare()
    before = read_revision()
    make_post(blog)
    raised = read_revision()
    assert ("Rendering" in prepare(), read_revision() == raised, raised > before) == (False, True, True)
    assert str(StoredWords.objects.get()) == "en, UTC"


def test_card_is_in_the_language_of_the_site_whatever_the_editors(blog: BlogPage) -> None:
    with override("de"):
        post = make_post(blog, published=PUBLISHED, body=BODY)
    assert ("24 January 2018" in post.card, "Back to the text" in post.html) == (True, True)
