"""What an editor does in the admin is done whole, with the revision, or not at all."""

import pytest
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from blog.models import Author, BlogPage, IndexRevision, PostPage
from kimonote.middleware import AtomicAdmin
from tests.support.editors import member_of
from tests.support.factories import make_author, make_post


@pytest.fixture
def editor(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(member_of("Moderators"))
    return client


def wrapped(path: str, method: str, view: object) -> HttpResponse | None:
    request = RequestFactory().generic(method, path)
    middleware = AtomicAdmin(lambda _: HttpResponse())
    response = middleware.process_view(request, view, [], {})  # type: ignore[arg-type]
    assert response is None or isinstance(response, HttpResponse)
    return response


@pytest.mark.django_db(transaction=True)
def test_write_in_the_admin_is_undone_when_its_view_fails() -> None:
    def fails(request: HttpRequest) -> HttpResponse:
        make_author("ada")
        raise DatabaseError("half-way")

    with pytest.raises(DatabaseError, match="half-way"):
        wrapped("/admin/anything/", "POST", fails)
    assert not Author.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_write_in_the_admin_is_undone_when_its_view_answers_500() -> None:
    def answers(request: HttpRequest) -> HttpResponse:
        make_author("ada")
        return HttpResponse(status=500)

    wrapped("/admin/anything/", "POST", answers)
    assert not Author.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "method", "whole"),
    [("/admin/pages/1/", "POST", True), ("/admin/pages/1/", "GET", False), ("/signup/", "POST", False)],
)
def test_writes_in_the_admin_alone_run_in_a_transaction(path: str, method: str, whole: bool) -> None:
    seen = []

    def looks(request: HttpRequest) -> HttpResponse:
        seen.append(connection.in_atomic_block)
        return HttpResponse()

    response = wrapped(path, method, looks)
    assert (seen, response is not None) == (([True], True) if whole else ([], False))


def test_forged_request_to_the_admin_is_refused_before_its_view(blog: BlogPage) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member_of("Moderators"))
    post = make_post(blog, "a")
    response = client.post(reverse("wagtailadmin_pages:delete", args=[post.pk]))
    assert response.status_code == 403
    assert PostPage.objects.filter(pk=post.pk).exists()


def test_deleting_in_the_admin_raises_the_revision(editor: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a")
    before = IndexRevision.objects.get().number
    response = editor.post(reverse("wagtailadmin_pages:delete", args=[post.pk]))
    assert response.status_code == 302
    assert not PostPage.objects.filter(pk=post.pk, binned=None).exists()
    assert IndexRevision.objects.get().number > before
