"""What Wagtail's API v3 does not offer or write here: said as a problem in JSON, by its name, and left out of openapi.json."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from blog.models import BlogPage, PostPage
from tests.support.factories import make_post
from tests.support.images import media, png
from tests.support.programs import Program

__all__ = ["media"]

PAGES = "/api/v3/pages/"
JSON = "application/json"


@pytest.mark.parametrize(
    "address", ["pages/{}/actions/frob/", "pages/{}/actions/copy/", "users/", "users", "sites/1/", "pages"]
)
def test_what_is_not_offered_is_a_problem_in_json(blog: BlogPage, moderator: User, address: str) -> None:
    post = make_post(blog)
    program = Program(moderator, enforce_csrf_checks=True)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        response = program.generic(method, f"/api/v3/{address.format(post.pk)}", "{}", content_type=JSON)
        if method == "GET" and not address.endswith("/"):
            assert (response.status_code, response["Location"]) == (301, f"/api/v3/{address}/")
            continue
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json"), method
        assert response.json()["detail"]


def test_methods_that_an_address_does_not_know(blog: BlogPage, moderator: User) -> None:
    program = Program(moderator, enforce_csrf_checks=True)
    for address in (f"{PAGES}{make_post(blog).pk}/", f"{PAGES}{blog.pk}/actions/publish/", "/api/v3/whoami/"):
        response = program.put(address, {}, content_type=JSON)
        assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json"), address
        assert "PUT" not in response["Allow"]
        assert response.json()["detail"]


def test_form_where_json_is_read_is_refused_in_words(blog: BlogPage, moderator: User) -> None:
    program = Program(moderator)
    post = make_post(blog)
    for method, address in (("POST", ""), ("PATCH", f"{post.pk}/")):
        form = encode_multipart(BOUNDARY, {"title": "From a form"})
        response = program.generic(method, f"{PAGES}{address}", form, content_type=MULTIPART_CONTENT)
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json"), (method, address)
        assert response.json()["detail"] == "The body is no JSON."
    assert (PostPage.objects.get().title, PostPage.objects.get().live) == (post.title, True)


def test_openapi_has_what_is_offered(moderator: User) -> None:
    paths = Program(moderator).get("/api/v3/openapi.json").json()["paths"]
    assert {path.removeprefix("/api/v3/").split("/")[0] for path in paths} == {"pages", "images", "schema", "whoami"}
    actions = {path.split("/actions/")[1] for path in paths if "/actions/" in path}
    assert actions == {"publish/", "unpublish/", "revert/", "delete/"}
    assert list(paths["/api/v3/images/"]) == ["post"]


UNWRITTEN = (
    *({"cover": value} for value in (1, 99999, "abc", -1, {"id": 1}, None)),
    *({name: "x"} for name in ("id", "html", "authors", "first_published_at", "unknown")),
    *({"meta": {name: "x"}} for name in ("slug", "seo_title", "parent", "first_published_at")),
)


@pytest.mark.parametrize("fields", UNWRITTEN)
def test_fields_that_would_be_passed_over_are_named(blog: BlogPage, moderator: User, fields: dict[str, Any]) -> None:
    program, post = Program(moderator), make_post(blog)
    (name,) = fields
    meta = {"type": "blog.PostPage", "parent_id": blog.pk} | fields.get("meta", {})
    created = {"title": "From afar", **fields, "meta": meta}
    for response in (
        program.patch(f"{PAGES}{post.pk}/", fields, content_type=JSON),
        program.post(PAGES, created, content_type=JSON),
    ):
        assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json"), response.content
        assert f"“{name}" in response.json()["detail"]
    assert PostPage.objects.count() == 1


def test_cover_is_written_by_its_number(blog: BlogPage, moderator: User, media: object) -> None:
    program, post = Program(moderator), make_post(blog)
    uploaded = program.post("/api/v3/images/", {"file": png("sea.png"), "title": "Sea", "tags": "x"})
    assert (uploaded.status_code, "“tags”" in uploaded.json()["detail"]) == (422, True)
    image = program.post("/api/v3/images/", {"file": png("sea.png"), "title": "Sea"}).json()["id"]
    address = f"{PAGES}{post.pk}/"
    assert program.patch(f"/api/v3/images/{image}/", {"width": 1}, content_type=JSON).status_code == 422
    assert program.patch(f"/api/v3/images/{image}/", {"title": "Waves"}, content_type=JSON).json()["title"] == "Waves"
    assert program.patch(address, {"cover_id": image}, content_type=JSON).json()["cover"]["id"] == image
    assert program.patch(address, {"cover_id": None}, content_type=JSON).json()["cover"] is None
    for wrong in (99999, "abc", -1):
        assert program.patch(address, {"cover_id": wrong}, content_type=JSON).status_code == 422
