"""Usage of pictures, documents and pages is counted and listed without the drafts that whoever asks may not see."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import ReferenceIndex

from blog.admin.usage import UsageOfPagesSeen
from blog.models import BlogPage
from blog.models.usage import posts_that_use, references_to
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.support.images import png

GROUPS = {"Authors": 2, "Editors": 3, "Moderators": 3}  # of a public post, one's own draft and another's


@pytest.fixture
def authors(blog: BlogPage) -> User:
    return member_of("Authors")


@pytest.fixture
def used(blog: BlogPage, authors: User) -> dict[str, Any]:
    """A picture, a document and a post of a member of the Authors, used by a public post, an own draft and another's."""
    image = Image.objects.create(title="P", file=png("p.png"), width=60, height=30, uploaded_by_user=authors)
    document = Document.objects.create(title="D", file=ContentFile(b"x", "d.txt"), uploaded_by_user=authors)
    post = make_post(blog, title="Referred to", owner=authors, live=False)
    body = f"![p](image:{image.pk}) [d](doc:{document.pk}) [x](page:{post.pk})"
    for title, fields in {"Public": {}, "Own": {"live": False, "owner": authors}, "Zeppelin": {"live": False}}.items():
        ReferenceIndex.create_or_update_for_object(make_post(blog, title=title, body=body, **fields))
    return {"image": image, "document": document, "post": post}


def counts(client: Client, used: dict[str, Any]) -> dict[str, set[int]]:
    """Return what each place that counts says."""
    image, document, post = (used[name].pk for name in ("image", "document", "post"))
    places = {
        "pictures": "/admin/images/?layout=list&ordering=usage_count",
        "pictures, not by usage": "/admin/images/?layout=list",
        "a picture": f"/admin/images/{image}/",
        "deleting pictures": f"/admin/bulk/wagtailimages/image/delete/?id={image}",
        "chooser of pictures": "/admin/images/chooser/?layout=list",
        "documents": "/admin/documents/",
        "documents by usage": "/admin/documents/?ordering=usage_count",
        "a document": f"/admin/documents/edit/{document}/",
        "binning a post": f"/admin/pages/{post}/delete/",
    }
    found = {place: client.get(address).content.decode() for place, address in places.items()}
    pattern = re.compile(r"(?:Used|referenced) (\d+)\s+times?")
    return {place: {int(number) for number in pattern.findall(page)} - {0} for place, page in found.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_usage_is_counted_without_drafts_of_others(used: dict[str, Any], authors: User, group: str) -> None:
    client = client_of(authors if group == "Authors" else member_of(group))
    assert {place: found for place, found in counts(client, used).items() if found != {GROUPS[group]}} == {}


@pytest.mark.parametrize("group", GROUPS)
def test_usage_is_listed_without_drafts_of_others(used: dict[str, Any], authors: User, group: str) -> None:
    client = client_of(authors if group == "Authors" else member_of(group))
    for address in ("images/usage/{image}/", "documents/usage/{document}/", "pages/{post}/usage/"):
        pks = {name: one.pk for name, one in used.items()}
        page = client.get(f"/admin/{address.format(**pks)}").content.decode()
        assert ("Zeppelin" in page) is (group != "Authors")
        assert "Own" in page
        assert page.count("(Private") == (1 if group == "Authors" else 0)  # the public post, which they may not edit


def test_limit_is_one_of_what_is_shown(used: dict[str, Any], authors: User, rf: RequestFactory) -> None:
    """Whoever replaces the picture: the posts that show it are made anew, all of them."""
    request = rf.get("/")
    request.user = authors
    found: Any = UsageOfPagesSeen(lambda _request: posts_that_use(references_to(used["image"])))  # type: ignore[arg-type]
    assert len(found(request)) == 3
    grouped: Any = UsageOfPagesSeen(lambda _request: used["image"].get_usage().count())
    assert grouped(request) == 2
