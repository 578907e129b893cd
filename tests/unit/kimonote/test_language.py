"""The site's language: all of a page speaks it, also what was stored in another one."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override
from wagtail.models import Locale
from wagtail.users.models import UserProfile

from blog.caching.conditional import release
from blog.caching.response import response_cache
from blog.models import BlogPage
from blog.rendering.describe import notes
from blog.rendering.formats import number
from blog.rendering.listing_cards import card_fragments
from blog.tagindex.store import read_revision
from mail import outbox
from mail.compose import compose
from mail.models import Delivery
from signup.kinds import Kind
from signup.models import State
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.support.signup_factories import make_subscriber

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


def test_change_of_language_needs_nothing_rendered_anew(blog: BlogPage, settings: LazySettings) -> None:
    post = make_post(blog, "a", body=BODY, published=PUBLISHED)
    prepare()
    before = read_revision()
    assert "24 January 2018" in page("/")
    card_fragments.clear()  # as another process begins
    response_cache.clear()
    settings.LANGUAGE_CODE, settings.TIME_ZONE = "de", "Europe/Berlin"
    prepare()
    with timezone.override("Europe/Berlin"):
        assert "25. Januar 2018" in page("/")
    assert read_revision() == before
    assert [locale.language_code for locale in Locale.all_objects.all()] == ["de"]
    post.refresh_from_db()
    assert post.locale == Locale.get_default()


def test_stored_text_holds_no_word_of_the_site_or_its_editor(blog: BlogPage) -> None:
    texts = set()
    for language in ("en", "de"):
        with override(language):
            texts.add(make_post(blog, published=PUBLISHED, body=BODY).html)
    (text,) = texts
    assert "Back" not in text
    assert 'role="doc-backlink"' in text
    assert "aria-label" not in text


def page(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_pages_are_in_german(blog: BlogPage, german: LazySettings) -> None:
    make_post(blog, "Ärger Zoo Arm", title="Eins", published=PUBLISHED, body=BODY)
    make_post(blog, "Zoo", title="Zwei", published=datetime(2017, 3, 1, tzinfo=UTC))
    said = page("/tags/zoo/")
    assert '<html lang="de">' in said
    assert '<p class="found">2 Notizen, neueste zuerst' in said
    assert '<a href="/tags/arm+zoo/" rel="nofollow" aria-label="Arm dazu, 1 Notiz">' in said
    assert "<title>Notizen zu Zoo · " in said
    assert "März 2017" in page("/tags/zoo/?year=2017")


def test_tags_are_in_the_order_of_a_dictionary(blog: BlogPage) -> None:
    make_post(blog, "Zoo Ärger Arm éclair Eis")
    names = ["Ärger", "Arm", "éclair", "Eis", "Zoo"]
    places = [page("/tags/").index(f">{name}</a>") for name in names]
    assert places == sorted(places)
    card = page("/").partition("<article ")[2].partition("</article>")[0]
    places = [card.index(f">{name}</a>") for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize(("language", "written"), [("en", "12,345"), ("de", "12.345")])
def test_numbers_are_as_the_language_writes_them(language: str, written: str) -> None:
    with override(language):
        assert (number(12_345), number(999), notes(12_345).split()[0]) == (written, "999", written)


@pytest.mark.parametrize(
    ("form", "said"), [("rss", "<language>de</language>"), ("atom", 'xml:lang="de"'), ("json", '"language":"de"')]
)
def test_feeds_name_their_language(blog: BlogPage, german: LazySettings, form: str, said: str) -> None:
    make_post(blog, "a b")
    feed = page(f"/tags/a+b/feed.{form}")
    assert (said in feed, "Notizen zu a und b" in feed) == (True, True)


def test_email_is_in_the_language_its_reader_signed_up_in(blog: BlogPage, settings: LazySettings) -> None:
    subscribers = [make_subscriber(language="de", state=State.PENDING), make_subscriber(language="", state=State.PENDING)]
    for subscriber in subscribers:
        outbox.put(f"confirm:{subscriber.pk}", Kind.CONFIRM, subscriber.address, {"subscriber": subscriber.pk})
    emails = [compose(mail) for mail in Delivery.objects.order_by("pk")]
    assert [email.subject for email in emails] == [
        "Bitte bestätigen: Alle Notizen, jede Notiz, sobald sie erscheint",
        "Please confirm: All notes, each note as it appears",
    ]
    html = [str(email.alternatives[0][0]) for email in emails]
    assert ['<html lang="de">' in html[0], '<html lang="en">' in html[1]] == [True, True]


def test_refusals_are_in_the_language(blog: BlogPage, german: LazySettings) -> None:
    answer = Client().get("/tags/a+-a/")
    assert "Das Schlagwort „a“ ist zugleich erwünscht und unerwünscht" in answer.content.decode()
    answer = Client().get("/?order=up")
    assert "order=&#39;up&#39; ist nicht lesbar: Schreib newest oder oldest." in answer.content.decode()
    answer = Client().post("/signup/", {"email": "ada@localhost"})
    assert "Das kann keine Adresse sein: Was nach dem @ steht, hat keinen Punkt" in answer.content.decode()


def test_language_from_right_to_left_turns_the_page(blog: BlogPage, settings: LazySettings) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("he", "Hebrew")]
    settings.LANGUAGE_CODE = "he"
    make_post(blog, "a")
    make_post(blog, "a")
    said = page("/tags/a/?order=oldest")
    assert '<html lang="he" dir="rtl">' in said
    assert (settings.ROOT / "static/site.css").read_text().count("left") == 0


def test_pages_in_another_language_are_other_pages(settings: LazySettings) -> None:
    releases = set()
    for settings.LANGUAGE_CODE in ("en", "de"):
        release.cache_clear()  # as another process begins
        releases.add(release())
    release.cache_clear()
    assert len(releases) == 2


def test_admin_is_in_each_editors_language(blog: BlogPage) -> None:
    moderator = client_of(member_of("Moderators"))
    UserProfile.objects.create(user=User.objects.get(), preferred_language="de")
    make_post(blog, "a")
    said = page_of(moderator, "/admin/snippets/blog/tag/")
    assert ("Schlagwörter" in said, "Zuerst" in said) == (True, True)
    assert "Titelbild" in page_of(moderator, f"/admin/pages/add/blog/postpage/{blog.pk}/")
    assert "Alle Notizen" not in page("/")


def test_refusals_and_exports_of_the_admin_are_in_each_editors_language(blog: BlogPage) -> None:
    make_post(blog, "a")
    author = client_of(member_of("Authors"))
    UserProfile.objects.create(user=User.objects.get(), preferred_language="de")
    with override("de"):
        refused = gettext("Sorry, you do not have permission to access this area.")
    assert not refused.startswith("Sorry")
    assert refused in page_of(author, "/admin/tags/history/")
    assert refused in page_of(author, f"/admin/pages/{blog.pk}/edit/")
    export = author.get("/admin/posts/?export=csv")
    assert b"".join(export).decode().startswith("Titel,Adresse,Status,")  # type: ignore[arg-type]
    assert "Alle Notizen" not in page("/")


def page_of(client: Client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())
