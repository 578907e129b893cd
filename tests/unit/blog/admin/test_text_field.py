"""What the field of a text asks the server for, and what is said after it was saved."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PlainPage
from tests.support.editors import client_of, editor_of, member_of
from tests.support.factories import make_post
from tests.support.images import png
from tests.unit.blog.admin.test_editing import create, post_form

pytestmark = pytest.mark.django_db

UPLOAD, TITLES = "/admin/text-images/", "/admin/post-titles/"


@pytest.mark.parametrize("group", ["Editors", "Authors"])
def test_pasted_picture_enters_the_library_with_its_description(blog: BlogPage, media: Path, group: str) -> None:
    member = client_of(member_of(group))
    response = member.post(UPLOAD, {"file": png("image.png"), "alt": "A red square"})
    image = get_image_model().objects.get()
    assert response.json() == {"id": image.pk}
    assert (image.title, image.description, image.uploaded_by_user.username) == ("A red square", "A red square", group.lower())


def test_what_is_no_picture_is_refused_in_words(editor: Client) -> None:
    response = editor.post(UPLOAD, {"file": SimpleUploadedFile("a.png", b"no picture", "image/png"), "alt": "A"})
    assert response.status_code == 400
    assert response.json()["error"]
    assert editor.post(UPLOAD, {"alt": "A"}).status_code == 400
    assert not get_image_model().objects.exists()


def test_posts_are_offered_by_title(editor: Client, blog: BlogPage) -> None:
    first, draft = make_post(blog, title="Über Züge"), make_post(blog, title="züge, a draft", live=False)
    make_post(blog, title="Other")
    found = editor.get(TITLES, {"q": "züge"}).json()["posts"]
    assert found == [
        {"id": draft.pk, "title": "züge, a draft", "hint": "draft"},
        {"id": first.pk, "title": "Über Züge", "hint": date_format(localtime(first.published), "DATE_FORMAT")},
    ]


def test_editor_of_one_page_is_offered_no_hidden_post(blog: BlogPage) -> None:
    make_post(blog, title="Zeppelin draft", live=False)
    private = make_post(blog, title="Zeppelin private")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    public = make_post(blog, title="Zeppelin public")
    own = blog.add_child(instance=PlainPage(title="Own", slug="own"))
    found = client_of(editor_of(own)).get(TITLES, {"q": "zeppelin"}).json()["posts"]
    assert [post["id"] for post in found] == [public.pk]


def test_missing_and_hidden_references_are_named_after_saving(moderator: Client, blog: BlogPage) -> None:
    draft = make_post(blog, title="A draft", live=False)
    text = f"![a](image:987) [b](page:986) [c](doc:985) [d](page:{draft.pk}) `[e](page:984)`"
    create(moderator, blog, body=text)
    page = moderator.get(reverse("wagtailadmin_explore", args=[blog.pk])).content.decode()
    assert "The text refers to what is not there: image:987, page:986, doc:985." in page
    assert "The text links to “A draft”, which readers cannot open now" in page


def test_autosave_warns_of_nothing(moderator: Client, blog: BlogPage) -> None:
    address = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))
    form = post_form(body="![a](image:987)")
    assert moderator.post(address, form, headers={"accept": "application/json"}).json()["success"]
    assert "is not there" not in moderator.get(reverse("wagtailadmin_explore", args=[blog.pk])).content.decode()


def test_cheat_sheet_shows_this_markdown(editor: Client) -> None:
    page = editor.get("/admin/markdown-help/").content.decode()
    assert "&gt; [!NOTE]" in page
    assert "<math" in page
    assert "<strong>bold</strong>" in page
