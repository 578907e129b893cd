"""No word of the site escapes translation: its content is Greek here, its language in brackets, and no other word is left."""

import doctest
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import jinja2
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template import Template
from django.test import Client, override_settings
from django.test.signals import template_rendered
from lxml import etree, html
from wagtail.models import Page, Site

from accounts.middleware import busy, too_many
from blog.models import Appearance, Author, BlogPage, Comment, CommentState, PlainPage, PostPage, Stream, Tag
from blog.models.revision import locked_revision, raise_revision
from blog.models.tags import Order
from comments import emails
from mail.compose import Email
from mail.models import Delivery
from signup.admin.previews import sample
from signup.kinds import Kind as MailKind
from signup.models import Wording
from signup.models.wording import PREVIEW_MODES
from tests.support import pseudo_translation
from tests.support.comment_factories import make_comment
from tests.support.page_kinds import Kind, kinds
from tests.support.pseudo_translation import CODE, LATIN, outside, outside_of, pseudo_translated
from tests.support.sample_sites import DEMO

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # words are the same from every database

# Pages for editors, emails, cards and excerpts (in listings), entries and lines of these (in feeds), parts of other pages.
ELSEWHERE = re.compile(r"(^|/)(admin|mail)/|(403_csrf|card|excerpt|digest_entry|part_line|\w+_preview|read_on|left)\.html$")
REFUSED = [("", "reading -reading"), ("1", "χψω"), ("1@2..3", "year:1"), ("1@gmial.com", "+".join("123456789"))]
NOON = datetime(2018, 1, 1, 12, tzinfo=UTC)
TEXT = "Κείμενο ἓν.[^1]\n\n[^1]: Σημείωμα.\n\n## Τίτλος\n\n| α | β |\n|---|---|\n| γ | δ |\n"
GREEK = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβψδεφγηιξκλμνοπκρστθωςχυζ")


@pytest.fixture(scope="module")
def greek(sample_sites: BlogPage) -> Iterator[None]:
    """The sample sites, with no Latin letter in what editors wrote."""
    with pseudo_translated(), override_settings(ROOT_URLCONF="tests.support.sample_urls"):
        Page.objects.update(seo_title="", search_description="")
        for model, field in ((Page, "title"), (Tag, "name"), (Author, "name"), (Stream, "name"), (Site, "site_name")):
            rows = list(model._base_manager.all())
            for one in rows:
                setattr(one, field, _greek(getattr(one, field)))
            model._base_manager.bulk_update(rows, [field], batch_size=400)
        Author.objects.update(about_html="", url="")
        Stream.objects.update(introduction_html="", order=Order.SERIES)
        Tag.objects.update(description_html="")
        BlogPage.objects.update(introduction_html="")
        PlainPage.objects.update(html="")
        Appearance.objects.update(name="", footer_html="", rel_me="")
        PostPage.objects.exclude(link="").update(link="https://192.0.2.1/")
        post = PostPage(body=TEXT)
        post.render()
        PostPage.objects.update(html=post.html, toc=post.toc, excerpt=post.excerpt, body=TEXT, summary="", cover=None)
        raise_revision()
        yield


def _greek(words: str) -> str:
    return words.lower().translate(GREEK)


@pytest.fixture(scope="module")
def everywhere(greek: None) -> list[Kind]:
    found = kinds()
    with locked_revision():  # some write comments
        Comment.objects.update(text="ναι", html="<p>ναι</p>")
        for comment in Comment.objects.all():
            Comment.objects.filter(pk=comment.pk).update(name=_greek(comment.name))
        raise_revision()
    return found


def test_brackets_hold_what_they_should() -> None:
    assert doctest.testmod(pseudo_translation).failed == 0


@pytest.fixture(scope="module")
def shown(everywhere: list[Kind]) -> dict[str, list[str]]:
    """By the kinds of page, the words outside of brackets; and the templates that made the pages, each with none."""
    found: dict[str, list[str]] = {}

    def note(template: Template, **kwargs: object) -> None:
        found[str(template.name)] = []

    def load(environment: jinja2.Environment, name: str, globals: Any) -> jinja2.Template:
        found[name] = []
        return load_template(environment, name, globals)

    load_template = jinja2.Environment._load_template
    patch = pytest.MonkeyPatch()
    patch.setattr(jinja2.Environment, "_load_template", load)
    template_rendered.connect(note)
    for kind in everywhere:
        response = Client().get(kind.path, headers={"host": kind.host})
        assert response.status_code == kind.status, kind.name
        found[kind.name] = _outside(response.getvalue().decode(), set(LATIN.findall(unquote(kind.path))))
    for email, tags in REFUSED:
        response = Client().post("/signup/", {"email": email, "tags": tags}, headers={"host": DEMO})
        assert response.status_code == 422
        found[f"{email} {tags}"] = _outside(response.content.decode(), set(LATIN.findall(f"{email} {tags}")))
    for name, page in (("too many attempts", too_many(NOON, NOON)), ("busy", busy())):
        found[name] = _outside(page.content.decode(), set())
    template_rendered.disconnect(note)
    patch.undo()
    return found


def _outside(page: str, typed: set[str]) -> list[str]:
    """Without what the visitor typed."""
    return [word for word in outside_of(html.document_fromstring(page)) if word not in typed]


def test_no_word_of_a_page_escapes_translation(shown: dict[str, list[str]]) -> None:
    assert {name: words for name, words in shown.items() if words} == {}


def test_every_page_was_looked_at(shown: dict[str, list[str]]) -> None:
    folder = settings.ROOT / "templates"
    pages = {str(path.relative_to(folder)).removeprefix("pages/") for path in folder.rglob("*.html")}
    assert {page for page in pages - shown.keys() if not ELSEWHERE.search(page)} == set()


@pytest.mark.parametrize("kind", [mode for mode, _label in PREVIEW_MODES if mode in MailKind.values])
def test_no_word_of_an_email_escapes_translation(everywhere: list[Kind], kind: str) -> None:
    email = sample(Wording.of(Site.objects.get(is_default_site=True)), kind)
    assert outside_of(html.document_fromstring(email.html)) == []
    assert outside(email.subject + " " + email.text) == []


@pytest.mark.parametrize(
    ("write", "state"),
    [
        (emails.confirmation, CommentState.UNCONFIRMED),
        (emails.shown, CommentState.APPROVED),
        (emails.notice, CommentState.WAITING),
    ],
)
def test_no_word_of_an_email_about_a_comment_escapes_translation(
    everywhere: list[Kind], write: Callable[[Delivery], Email], state: CommentState
) -> None:
    post = PostPage.objects.filter(live=True).earliest("pk")
    comment = make_comment(post, "ναι", name="γ", state=state)
    editor = User.objects.create_superuser("1")
    mail = Delivery(to=comment.address, context={"comment": comment.pk, "comments": [comment.pk], "user": editor.pk})
    email = write(mail)
    assert outside_of(html.document_fromstring(email.html)) == []
    assert outside(email.subject + " " + email.text) == []


@pytest.mark.parametrize("file", ["feed.rss", "feed.atom", "digest-monthly.atom"])
def test_no_word_of_a_feed_escapes_translation(everywhere: list[Kind], file: str) -> None:
    response = Client().get(f"/tags/reading/{file}", headers={"host": DEMO})
    tree = etree.fromstring(response.content)
    assert [
        word for text in tree.xpath("//*[local-name()='title' or local-name()='description']/text()") for word in outside(text)
    ] == []
    assert tree.xpath("string(//@xml:lang | //language)") == CODE
    if file.startswith("digest"):
        contents = tree.xpath("//*[local-name()='content']/text()")
        assert contents
        assert [word for content in contents for word in outside_of(html.fragment_fromstring(content, "div"))] == []


def test_long_address_is_refused_in_the_language(everywhere: list[Kind]) -> None:
    assert outside(Client().get("/" + "1" * 9_000, headers={"host": DEMO}).content.decode()) == []
