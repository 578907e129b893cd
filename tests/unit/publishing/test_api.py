"""Wagtail's API v3 as it is mounted here: tokens, scopes, limits, rights, and nothing hidden."""

import json
from datetime import timedelta
from typing import Any

from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.images.models import Image
from wagtail.models import APIToken

from blog.models import BinnedPost, BlogPage, PostPage
from blog.models.revision import IndexRevision
from publishing.models import Access
from publishing.tokens import MOST_TOKENS, make
from tests.support.editors import editor_of, member_of
from tests.support.factories import make_post
from tests.support.images import media, png
from tests.support.programs import Program
from web.rates import API, read_limits

__all__ = ["media"]

PAGES = "/api/v3/pages/"
JSON = "application/json"


def draft(blog: BlogPage, **fields: Any) -> dict[str, Any]:
    return {"meta": {"type": "blog.PostPage", "parent_id": blog.pk}, "title": "From afar", **fields}


def publish(blog: BlogPage, **fields: Any) -> dict[str, Any]:
    data = draft(blog, **fields)
    data["meta"]["action"] = "publish"
    return data


def test_nobody_gets_anything_without_a_token(client: Client, admin_client: Client, blog: BlogPage) -> None:
    make_post(blog, title="Public")
    for asking in (client, admin_client):  # a session counts for nothing
        for address in (PAGES, "/api/v3/whoami/", "/api/v3/schema/", "/api/v3/openapi.json", f"{PAGES}{blog.pk}/"):
            response = asking.get(address)
            assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer"), address
            assert response["Cache-Control"] == "private, no-store"
            assert "Public" not in response.content.decode()
    assert admin_client.post(PAGES, draft(blog), content_type=JSON).status_code == 401
    program = Program(member_of("Moderators"))
    for address in ("/api/v3/docs/", "/api/v3/sites/"):
        assert (client.get(address).status_code, program.get(address).status_code) == (401, 404)


def test_token_is_stored_hashed_and_ends(blog: BlogPage, moderator: User) -> None:
    program = Program(moderator)
    assert program.text not in str(list(APIToken.objects.values()) + list(Access.objects.values()))
    who = program.get("/api/v3/whoami/")
    assert who.json()["user"]["username"] == moderator.username
    assert who["Cache-Control"] == "private, no-store"
    assert who["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in who
    used = APIToken.objects.get(pk=program.token.pk).last_used_at
    assert used is not None
    for end in (
        lambda: Access.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        moderator.groups.clear,
        lambda: User.objects.filter(pk=moderator.pk).update(is_active=False),
        program.token.revoke,
    ):
        assert program.get("/api/v3/whoami/").status_code == 200
        before = list(moderator.groups.all())
        end()
        paths = ("/api/v3/whoami/", "/micropub/?q=config", "/indieauth/token/")  # Wagtail looks once more at the first
        assert [program.get(path).status_code for path in paths] == [401, 401, 401]
        Access.objects.update(expires_at=None)
        User.objects.filter(pk=moderator.pk).update(is_active=True)
        moderator.groups.set(before)


def test_most_tokens_of_a_user(moderator: User) -> None:
    for number in range(MOST_TOKENS + 2):
        make(moderator, str(number), ("read",))
    assert Access.objects.of(moderator).valid(timezone.now()).count() == MOST_TOKENS


def test_token_of_wagtails_own_page_may_all_that_its_user_may(blog: BlogPage, moderator: User) -> None:
    _token, text = APIToken.create_token(user=moderator, name="command")
    headers = {"Authorization": f"Bearer {text}"}
    assert Client(headers=headers).post(PAGES, draft(blog), content_type=JSON).status_code == 201


def test_scopes(blog: BlogPage, moderator: User) -> None:
    post = make_post(blog)
    requests: dict[str, Any] = {
        "read": lambda client: client.get(PAGES),
        "create": lambda client: client.post(PAGES, draft(blog), content_type=JSON),
        "update": lambda client: client.patch(f"{PAGES}{post.pk}/", {"title": "Other"}, content_type=JSON),
        "media": lambda client: client.post("/api/v3/images/", {}),
        "delete": lambda client: client.delete(f"{PAGES}{post.pk}/"),
    }
    for scope, ask in requests.items():
        others = Program(moderator, *(other for other in requests if other != scope))
        refused = ask(others)
        assert (refused.status_code, f'scope="{scope}"' in refused["WWW-Authenticate"]) == (403, True), scope
        assert ask(Program(moderator, scope)).status_code in (200, 201, 204, 422), scope
    assert PostPage.objects.filter(title="From afar").count() == 1


def test_post_is_written_changed_published_and_binned(blog: BlogPage, moderator: User) -> None:
    program = Program(moderator)
    before = IndexRevision.objects.get().number
    made = program.post(PAGES, publish(blog, body="Some *text*.", tags=["Alpha", "Beta"]), content_type=JSON)
    assert made.status_code == 201, made.content
    post = PostPage.objects.get(pk=made.json()["id"])
    assert (post.slug, post.live, post.owner, post.authors[0].handle) == ("from-afar", True, moderator, "mo")
    assert made.json()["html"] == post.html
    assert [tag.name for tag in post.tags.all()] == ["Alpha", "Beta"]
    assert IndexRevision.objects.get().number > before
    assert "From afar" in Client().get("/tags/alpha+beta/").content.decode()
    changed = program.patch(f"{PAGES}{post.pk}/", {"body": "Other text."}, content_type=JSON)
    assert changed.status_code == 200, changed.content
    assert PostPage.objects.get(pk=post.pk).body == "Some *text*."
    assert program.get(f"{PAGES}{post.pk}/?version=draft").json()["body"] == "Other text."
    assert program.post(f"{PAGES}{post.pk}/actions/publish/").status_code == 200
    assert PostPage.objects.get(pk=post.pk).body == "Other text."
    assert program.delete(f"{PAGES}{post.pk}/").status_code == 204
    assert BinnedPost.objects.filter(post=post).exists()
    assert Client().get("/from-afar/").status_code == 404
    assert program.get(f"{PAGES}{post.pk}/").status_code == 404
    assert program.delete(f"{PAGES}{post.pk}/").status_code == 404


def test_same_title_gets_another_slug_and_a_reserved_one_is_refused(blog: BlogPage, moderator: User) -> None:
    program = Program(moderator)
    slugs = [program.post(PAGES, draft(blog), content_type=JSON).json()["meta"]["slug"] for _ in range(2)]
    assert slugs == ["from-afar", "from-afar-2"]
    assert program.post(PAGES, draft(blog, slug="api"), content_type=JSON).status_code == 422
    assert program.post(PAGES, draft(blog, title="Micropub"), content_type=JSON).json()["meta"]["slug"] == "micropub-2"


def test_rights_are_those_of_the_admin(blog: BlogPage) -> None:
    live = make_post(blog, title="Live")
    for group in ("Editors", "Authors"):
        program = Program(member_of(group))
        assert program.post(PAGES, publish(blog), content_type=JSON).status_code == 403
        own = program.post(PAGES, draft(blog), content_type=JSON).json()["id"]
        assert not PostPage.objects.get(pk=own).live
        assert program.post(f"{PAGES}{own}/actions/publish/").status_code == 403
        assert program.delete(f"{PAGES}{live.pk}/").status_code == (403 if group == "Editors" else 404)
    listed = [page["title"] for page in program.get(PAGES).json()["items"]]
    assert listed == ["From afar"]
    assert program.patch(f"{PAGES}{live.pk}/", {"title": "Stolen"}, content_type=JSON).status_code == 404
    assert PostPage.objects.get(pk=live.pk).title == "Live"


def test_locked_post_is_not_changed(blog: BlogPage, moderator: User) -> None:
    post = make_post(blog)
    post.locked, post.locked_by = True, member_of("Moderators")
    post.save()
    assert Program(member_of("Editors")).patch(f"{PAGES}{post.pk}/", {"title": "x"}, content_type=JSON).status_code == 403


def test_page_that_one_may_not_see_is_as_one_that_is_not_there(blog: BlogPage) -> None:
    hidden = make_post(blog, title="Zeppelin", live=False)
    own = make_post(blog, title="Own")
    program = Program(editor_of(own))
    for method, rest in (
        ("get", ""),
        ("get", "revisions/"),
        ("patch", ""),
        ("delete", ""),
        ("post", "actions/publish/"),
        ("post", "actions/unpublish/"),
        ("post", "actions/delete/"),
    ):
        found = [getattr(program, method)(f"{PAGES}{pk}/{rest}", {}, content_type=JSON) for pk in (hidden.pk, 10**6, 10**30)]
        assert [(one.status_code, one.content) for one in found] == [(404, found[1].content)] * 3, (method, rest)
    parents = [program.post(PAGES, draft(page), content_type=JSON) for page in (hidden, PostPage(pk=10**6))]
    assert [one.status_code for one in parents] == [404, 404]
    assert parents[0].content == parents[1].content
    assert "Zeppelin" not in program.get(PAGES + "?search=Zeppelin").content.decode()


def test_picture_is_uploaded_without_its_metadata_and_seen_by_whoever_may(blog: BlogPage, media: object) -> None:
    author = Program(member_of("Authors"))
    made = author.post("/api/v3/images/", {"file": png("sea.png"), "title": "Sea"})
    assert made.status_code == 201, made.content
    image = Image.objects.get()
    assert (image.title, image.width) == ("Sea", 60)
    assert author.get(f"/api/v3/images/{image.pk}/").status_code == 200
    assert Program(editor_of(make_post(blog))).get(f"/api/v3/images/{image.pk}/").status_code == 404
    assert author.get("/api/v3/images/").status_code == 404


def test_limits(blog: BlogPage, moderator: User, settings: LazySettings) -> None:
    settings.API_LIMITS = read_limits("network:6/hour token:3/hour", API)
    program, other = Program(moderator), Program(moderator)
    assert [program.get(PAGES).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get(PAGES)
    assert 3590 < int(refused["Retry-After"]) <= 3600
    assert other.get(PAGES, REMOTE_ADDR="198.51.100.1").status_code == 200
    wrong = Client(headers={"Authorization": f"Bearer {program.text}x"}, REMOTE_ADDR="203.0.113.9")
    assert [wrong.get(PAGES).status_code for _ in range(7)] == [401] * 6 + [429]


def test_never_in_the_page_cache(blog: BlogPage, moderator: User) -> None:
    program = Program(moderator)
    post = make_post(blog, title="First")
    assert program.get(f"{PAGES}{post.pk}/").json()["title"] == "First"
    PostPage.objects.filter(pk=post.pk).update(title="Second")  # without a new revision
    assert program.get(f"{PAGES}{post.pk}/").json()["title"] == "Second"


BAD = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"meta": 1}',
    b'{"meta": {"type": "blog.PostPage", "parent_id": "x"}, "title": "t"}',
    b'{"meta": {"type": "blog.PostPage", "parent_id": 1e400}, "title": "t"}',
    b'{"meta": {"type": "auth.User", "parent_id": 1}, "title": "t"}',
    b'{"title": "\\ud800"}',
    b'{"title": "\\u0000"}',
    b"[" * 100_000,
    b'{"a": ' * 20_000,
    b'{"n": ' + b"9" * 5000 + b"}",
    b"\xff\xfe",
)


def test_bad_bodies_are_refused(blog: BlogPage, moderator: User) -> None:
    program, post = Program(moderator), make_post(blog)
    for body in BAD:
        for ask, address in ((program.post, PAGES), (program.patch, f"{PAGES}{post.pk}/")):
            response = ask(address, body, content_type=JSON)
            assert 400 <= response.status_code < 500, (body[:50], response.content)
            assert response["Content-Type"] == "application/problem+json"
    large = program.post(PAGES, b"[" + b"1," * 600_000 + b"1]", content_type=JSON)
    assert large.status_code == 413
    assert PostPage.objects.count() == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("title", "slug", "body", "tags", "link", "cover", "published", "comments_allowed", "summary", "meta", "cover_id")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(fields=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3))
def test_any_values_are_taken_or_refused(blog: BlogPage, fields: dict[str, Any]) -> None:
    user, _made = User.objects.get_or_create(username="fuzz", is_superuser=True, is_staff=True)
    program, post = Program(user), PostPage.objects.first() or make_post(blog)
    for ask, address, data in (
        (program.post, PAGES, {**draft(blog), **fields}),
        (program.patch, f"{PAGES}{post.pk}/", fields),
    ):
        response = ask(address, json.dumps(data), content_type=JSON)
        assert response.status_code < 500, response.content
