"""Micropub, by the list of the W3C's test suite (micropub.rocks), whose numbers stand beside each test."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Revision, WorkflowState

from blog.models import BinnedPost, BlogPage, PostPage
from publishing.models import KeptProperties
from tests.support.editors import member_of
from tests.support.factories import make_post
from tests.support.images import media, png
from tests.support.programs import Program

__all__ = ["media"]

ENDPOINT, MEDIA = "/micropub/", "/micropub/media/"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SITE = "http://testserver"


@pytest.fixture
def program(moderator: User) -> Program:
    return Program(moderator)


def send_form(client: Client, *pairs: tuple[str, str], **fields: str) -> Any:
    return client.post(ENDPOINT, urlencode([*fields.items(), *pairs]), content_type=FORM)


def send(client: Client, **data: Any) -> Any:
    return client.post(ENDPOINT, json.dumps(data), content_type=JSON)


def entry(client: Client, **properties: Any) -> Any:
    return send(client, type=["h-entry"], properties=properties)


def at(response: Any, status: int = 201) -> PostPage:
    """Return the post that a response names."""
    assert response.status_code == status, response.content
    assert response["Location"].startswith(f"{SITE}/")
    return PostPage.objects.get(slug=response["Location"].removeprefix(SITE).strip("/"), binned=None)


def tags(post: PostPage) -> list[str]:
    return sorted(tag.name for tag in PostPage.objects.get(pk=post.pk).tags.all())


def source(client: Client, post: PostPage, *names: str) -> Any:
    query = urlencode([("q", "source"), ("url", f"{SITE}/{post.slug}/"), *(("properties[]", name) for name in names)])
    return client.get(f"{ENDPOINT}?{query}").json()


def test_entries_by_form(program: Program, moderator: User) -> None:
    """100, 101, 104, 107."""
    plain = at(send_form(program, h="entry", content="Micropub test of *one* note"))
    assert (plain.title, plain.body, plain.live) == ("Micropub test of one note", "Micropub test of *one* note", True)
    assert (plain.owner, [author.handle for author in plain.authors]) == (moderator, ["mo"])
    assert "test of <em>one</em> note" in Client().get(f"/{plain.slug}/").content.decode()
    tagged = at(send_form(program, ("category[]", "one"), ("category[]", "Two words"), h="entry", content="Tagged"))
    assert tags(tagged) == ["Two words", "one"]
    pictured = at(send_form(program, h="entry", content="Sunset", photo="https://photos.example/sunset.jpg"))
    assert pictured.body == "Sunset\n\n![](<https://photos.example/sunset.jpg>)"
    at(send_form(program, ("mp-syndicate-to[]", "https://elsewhere.example/"), h="entry", content="Syndicated"))


def test_entries_by_json(program: Program) -> None:
    """200, 201, 202, 203, 204, 205, 206."""
    assert at(entry(program, content=["One in JSON"])).title == "One in JSON"
    assert tags(at(entry(program, content=["Tagged"], category=["test1", "test2"]))) == ["test1", "test2"]
    html = at(entry(program, content=[{"html": "<p>Some <b>bold</b> text<script>alert(1)</script></p>"}]))
    assert html.body == "Some **bold** text"
    urls = ["https://photos.example/a.jpg", "https://photos.example/b.jpg"]
    assert at(entry(program, content=["One"], photo=urls[:1])).body == f"One\n\n![](<{urls[0]}>)"
    checkin = {"type": ["h-card"], "properties": {"name": ["Los Gorditos"], "url": ["https://food.example/1"]}}
    nested = at(entry(program, published=["2017-05-31T12:03:36-07:00"], content=["Lunch meeting"], checkin=[checkin]))
    assert nested.published is not None
    assert nested.published.isoformat() == "2017-05-31T19:03:36+00:00"
    assert source(program, nested)["properties"]["checkin"] == [checkin]
    described = at(entry(program, photo=[{"value": urls[0], "alt": "Photo of a [sunset]"}]))
    assert described.body == rf"![Photo of a \[sunset\]](<{urls[0]}>)"
    assert at(entry(program, content=["Two"], photo=urls)).body.count("![](") == 2


def test_pictures_in_multipart_forms(program: Program, media: object) -> None:
    """300, 301."""
    one = at(program.post(ENDPOINT, {"h": "entry", "content": "Nice", "photo": png("a.png"), "mp-photo-alt": "A sea"}))
    image = Image.objects.get()
    assert (one.body, image.description) == (f"Nice\n\n![A sea](image:{image.pk})", "A sea")
    two = at(program.post(ENDPOINT, {"h": "entry", "photo[]": [png("b.png"), png("c.png")]}))
    assert two.body.count("](image:") == 2


def test_updates(program: Program, blog: BlogPage) -> None:
    """400, 401, 402, 403, 404, 405."""
    post = at(entry(program, content=["First"], category=["test1", "test2"]))
    address = f"{SITE}/{post.slug}/"

    def update(**operations: Any) -> int:
        return int(send(program, action="update", url=address, **operations).status_code)

    assert update(replace={"content": ["Second"]}) == 204
    assert PostPage.objects.get(pk=post.pk).body == "Second"
    assert update(add={"category": ["test3"]}) == 204
    assert tags(post) == ["test1", "test2", "test3"]
    assert update(add={"summary": ["A summary"], "syndication": ["https://elsewhere.example/1"]}) == 204
    assert PostPage.objects.get(pk=post.pk).summary == "A summary"
    assert source(program, post, "syndication") == {"properties": {"syndication": ["https://elsewhere.example/1"]}}
    assert update(delete={"category": ["test1"]}) == 204
    assert tags(post) == ["test2", "test3"]
    assert update(delete=["category", "syndication"]) == 204
    assert (tags(post), KeptProperties.objects.count()) == ([], 0)
    for bad in ("replace", "add"):
        assert update(**{bad: {"content": "no list"}}) == 400
        assert update(**{bad: "no object"}) == 400
    assert update(delete="content") == 400
    assert update() == 400
    assert PostPage.objects.get(pk=post.pk).body == "Second"
    assert update(replace={"name": ["Named"]}) == 204
    moved = send(program, action="update", url=address, replace={"slug": ["elsewhere"]})
    assert (moved.status_code, moved["Location"]) == (201, f"{SITE}/elsewhere/")


def test_deleting_and_restoring(program: Program) -> None:
    """500, 501, 502, 503."""
    post = at(entry(program, content=["To be deleted"]))
    address = f"{SITE}/{post.slug}/"
    for delete in (send_form, send):
        assert delete(program, action="delete", url=address).status_code == 204
        assert Client().get(f"/{post.slug}/").status_code == 404
        assert BinnedPost.objects.get().binned_by == program.token.user
        assert delete(program, action="delete", url=address).status_code == 400
        assert delete(program, action="undelete", url=address).status_code == 204
        assert Client().get(f"/{post.slug}/").status_code == 200
        assert delete(program, action="undelete", url=address).status_code == 400
    send(program, action="delete", url=address)
    at(entry(program, content=["Another"], **{"slug": [post.slug]}))
    restored = send(program, action="undelete", url=address)
    assert (restored.status_code, restored["Location"]) == (201, f"{SITE}/{post.slug}-2/")


def test_queries(program: Program) -> None:
    """600, 601, 602, 603."""
    config = program.get(f"{ENDPOINT}?q=config").json()
    assert (config["media-endpoint"], config["syndicate-to"]) == (f"{SITE}{MEDIA}", [])
    assert program.get(f"{ENDPOINT}?q=syndicate-to").json() == {"syndicate-to": []}
    post = at(entry(program, name=["Named"], content=["Text"], category=["a", "b"], **{"like-of": ["https://a.example/"]}))
    found = source(program, post)
    assert found["type"] == ["h-entry"]
    assert post.published is not None
    assert found["properties"] == {
        "name": ["Named"],
        "content": ["Text"],
        "category": ["a", "b"],
        "like-of": ["https://a.example/"],
        "published": [post.published.isoformat()],
        "post-status": ["published"],
        "slug": ["named"],
    }
    assert source(program, post, "content", "category") == {"properties": {"content": ["Text"], "category": ["a", "b"]}}
    assert program.get(f"{ENDPOINT}?q=category").json() == {"categories": ["a", "b"]}
    assert program.get(f"{ENDPOINT}?q=category&filter=B").json() == {"categories": ["b"]}
    listed = program.get(f"{ENDPOINT}?q=source&limit=1").json()["items"]
    assert [item["properties"]["url"] for item in listed] == [[f"{SITE}/named/"]]
    for query in ("", "?q=", "?q=unknown", "?q=source&url=https://other.example/named/", "?q=source&url=/none/"):
        response = program.get(f"{ENDPOINT}{query}")
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request"), query


def test_media_endpoint(program: Program, media: object) -> None:
    """700, 701, 702."""
    for kind in ("jpeg", "png", "gif"):
        file = BytesIO()
        exif = Pillow.Exif()
        exif[0x010E] = "where I live"
        Pillow.new("RGB", (60, 30), "navy").save(file, kind.upper(), **({"exif": exif} if kind == "jpeg" else {}))
        assert kind != "jpeg" or b"where I live" in file.getvalue()
        stored = program.post(MEDIA, {"file": SimpleUploadedFile(f"x.{kind}", file.getvalue(), f"image/{kind}")})
        assert stored.status_code == 201, stored.content
        image = Image.objects.latest("pk")
        assert b"where I live" not in image.file.read()
        image.file.close()
        address = stored["Location"]
        for properties in (
            {"photo": [address]},
            {"content": [f"![]({address})"]},
            {"content": [{"html": f"<img src='{address}'>"}]},
        ):
            assert at(entry(program, **properties)).body == f"![](image:{image.pk})"
    assert at(entry(program, content=["x"], featured=[address])).cover == image
    for file in (SimpleUploadedFile("x.mp3", b"ID3", "audio/mpeg"), SimpleUploadedFile("x.png", b"no picture", "image/png")):
        refused = program.post(MEDIA, {"file": file})
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
        assert program.post(ENDPOINT, {"h": "entry", "photo": file}).status_code == 400
    assert program.post(MEDIA, {}).status_code == 400
    assert program.get(MEDIA).status_code == 400


def test_tokens(program: Program, moderator: User) -> None:
    """800, 801, 802, 803, 804."""
    for query in ("?q=config", "?q=source", "?q=category"):
        none = Client().get(f"{ENDPOINT}{query}")
        assert (none.status_code, none.json()["error"], none["WWW-Authenticate"]) == (401, "unauthorized", "Bearer")
    at(send_form(Client(), h="entry", content="In the body", access_token=program.text))
    assert send_form(program, h="entry", content="Twice", access_token=program.text).status_code == 400
    assert Client().get(f"{ENDPOINT}?q=config&access_token={program.text}").status_code == 401
    post = PostPage.objects.get()
    reading, drafting = Program(moderator, "read"), Program(moderator, "draft")
    for refused in (
        entry(reading, content=["x"]),
        send(reading, action="update", url=f"{SITE}/{post.slug}/", replace={"content": ["x"]}),
        send(reading, action="delete", url=f"{SITE}/{post.slug}/"),
        reading.post(MEDIA, {"file": png("a.png")}),
        drafting.get(f"{ENDPOINT}?q=source&url={SITE}/{post.slug}/"),
    ):
        assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
        assert refused.json()["scope"] in refused["WWW-Authenticate"]
        assert refused["Cache-Control"] == "private, no-store"
    assert not at(entry(drafting, content=["A draft"])).live
    assert PostPage.objects.filter(live=True).count() == 1


@pytest.mark.parametrize("group", ["Editors", "Authors"])
def test_without_the_right_to_publish_moderators_see_it_first(blog: BlogPage, program: Program, group: str) -> None:
    member = member_of(group)
    own = Program(member)
    post = at(entry(own, name=["Mine"], content=["Text"]), 202)
    assert not post.live
    assert WorkflowState.objects.active().get().object_id == str(post.pk)
    draft = at(entry(own, name=["Draft"], content=["Text"], **{"post-status": ["draft"]}))
    assert (draft.live, WorkflowState.objects.active().count()) == (False, 1)
    assert Client().get("/draft/").status_code == 404
    assert send(own, action="update", url=f"{SITE}/draft/", replace={"post-status": ["published"]}).status_code == 202
    assert WorkflowState.objects.active().count() == 2
    live = at(entry(program, name=["Others"], content=["Text"]))
    change = send(own, action="update", url=f"{SITE}/others/", replace={"content": ["Changed"]})
    assert change.status_code == (202 if group == "Editors" else 400)
    assert send(own, action="delete", url=f"{SITE}/others/").status_code == (403 if group == "Editors" else 400)
    assert PostPage.objects.get(pk=live.pk).body == "Text"
    assert own.get(f"{ENDPOINT}?q=source&url={SITE}/mine/").status_code == 200
    titles = [item["properties"]["name"][0] for item in own.get(f"{ENDPOINT}?q=source").json()["items"]]
    assert ("Others" in titles) == (group == "Editors")


def test_drafts_and_times(program: Program) -> None:
    draft = at(entry(program, content=["Later"], **{"post-status": ["draft"]}))
    assert not draft.live
    assert source(program, draft)["properties"]["post-status"] == ["draft"]
    assert (
        send(program, action="update", url=f"{SITE}/{draft.slug}/", replace={"post-status": ["published"]}).status_code == 204
    )
    assert Client().get(f"/{draft.slug}/").status_code == 200
    assert send(program, action="update", url=f"{SITE}/{draft.slug}/", replace={"post-status": ["draft"]}).status_code == 400
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    scheduled = at(entry(program, content=["Tomorrow"], published=[tomorrow]), 202)
    assert not scheduled.live
    assert Revision.objects.exclude(approved_go_live_at=None).get().object_id == str(scheduled.pk)
    for time in ("", "2018-01-02", "2018-01-02T03:04", "2018-01-02 03:04:05+02:00"):
        assert at(entry(program, content=["Dated"], published=[time])).live
    for time in ("yesterday", "2018-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2018-02-30T00:00"):
        assert entry(program, content=["Dated"], published=[time]).status_code == 400, time


def test_kinds_of_links_and_titles(program: Program) -> None:
    for name in ("bookmark-of", "like-of", "in-reply-to", "repost-of"):
        post = at(send_form(program, (name, "https://www.example.org/a/page/"), h="entry"))
        assert (post.link, post.title) == ("https://www.example.org/a/page/", "example.org/a/page")
        assert name in source(program, post)["properties"]
    cite = {"type": ["h-cite"], "properties": {"url": ["https://example.org/x"], "name": ["X"]}}
    assert at(entry(program, **{"like-of": [cite]})).link == "https://example.org/x"
    assert at(entry(program, name=["A name"], **{"mp-slug": ["My Slug"]})).slug == "my-slug"
    assert at(entry(program, name=["Api"])).slug == "api-2"
    assert at(entry(program, name=["Api"], **{"mp-slug": ["micropub"]})).slug == "micropub-2"
    assert at(entry(program, content=["🙂"])).slug == "note"
    assert at(entry(program, content=[{"html": "<h1>Heading</h1><p>Text"}])).title == "Heading"
    for bad in (
        {"like-of": ["javascript:alert(1)"]},
        {"like-of": ["https://a.example/"], "bookmark-of": ["https://b.example/"]},
    ):
        assert entry(program, **bad).status_code == 400


BAD: tuple[dict[str, Any], ...] = (
    {"type": ["h-event"], "properties": {"name": ["x"]}},
    {"type": "h-entry", "properties": {"name": ["x"]}},
    {"type": ["h-entry"]},
    {"type": ["h-entry"], "properties": []},
    {"type": ["h-entry"], "properties": {}},
    {"type": ["h-entry"], "properties": {"content": [1]}},
    {"type": ["h-entry"], "properties": {"content": ["a", "b"]}},
    {"type": ["h-entry"], "properties": {"name": ["x" * 300]}},
    {"type": ["h-entry"], "properties": {"name": [{}], "content": ["x"]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "category": [{"type": ["h-card"]}]}},
    {"type": ["h-entry"], "properties": {"content": ["\ud800"]}},
    {"type": ["h-entry"], "properties": {"content": ["\0"]}},
    {"type": ["h-entry"], "properties": {"content": ["x" * 400_000]}},
    {"type": ["h-entry"], "properties": {"content": [{"html": "<div>" * 200}]}},
    {"type": ["h-entry"], "properties": {"content": [{}]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "visibility": ["private"]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "post-status": ["secret"]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "photo": ["javascript:1"]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "photo": [{"value": 1}]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "featured": ["https://a.example/x.png"]}},
    {"type": ["h-entry"], "properties": {"content": ["x"], "other": ["y" * 30_000]}},
    {"type": ["h-entry"], "properties": {f"p{number}": ["y"] for number in range(101)}},
    {"action": "explode", "url": f"{SITE}/x/"},
    {"action": ["delete"], "url": f"{SITE}/x/"},
    {"action": "delete"},
    {"action": "delete", "url": 1},
    {"action": "delete", "url": f"{SITE}/"},
    {"action": "delete", "url": f"{SITE}/../admin/"},
    {"action": "delete", "url": "/%00/"},
    {"action": "undelete", "url": "https://other.example/x/"},
)


def test_what_cannot_be_done_is_refused_in_words(program: Program) -> None:
    for data in BAD:
        response = send(program, **data)
        assert response.status_code == 400, (data, response.content)
        assert response.json()["error"] == "invalid_request"
        assert len(response.json()["error_description"]) > 10
    for body, kind in (
        (b"{", JSON),
        (b"[]", JSON),
        (b"[" * 50_000, JSON),
        (b'{"type":' * 5000, JSON),
        (b"\xff", JSON),
        (b"h=event", FORM),
        (b"h=entry", FORM),
        (b"action=update&url=x", FORM),
        (b"h=entry&content=%00", FORM),
        (b"h=entry&content=x", "text/plain"),
        (b"h=entry&content=x", f"{FORM}; charset=utf-7"),
        (b"h=entry&content=x", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="h"\r\n', "multipart/form-data; boundary=x"),
        (b"&".join(b"a%d=1" % number for number in range(2000)), FORM),
    ):
        response = program.post(ENDPOINT, body, content_type=kind)
        assert response.status_code == 400, (body[:50], kind, response.content)
        assert "error" in response.json()
    assert program.post(ENDPOINT, b"content=" + b"x" * 1_000_000, content_type=FORM).status_code == 413
    assert program.put(ENDPOINT, b"{}", content_type=JSON).status_code == 405
    assert not PostPage.objects.exists()


def test_limits_hold_here_too(program: Program, settings: LazySettings) -> None:
    from web.rates import API, read_limits

    settings.API_LIMITS = read_limits("token:1/hour", API)
    assert [program.get(f"{ENDPOINT}?q=config").status_code for _ in range(2)] == [200, 429]
    assert program.get(f"{ENDPOINT}?q=config").json()["error"] == "too_many_requests"


NAMES = ("name", "content", "summary", "category", "published", "photo", "featured", "post-status", "slug", "like-of", "x")
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
properties = st.dictionaries(st.sampled_from(NAMES), st.lists(anything, max_size=2) | anything, max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(given_properties=properties, other=anything)
def test_any_values_are_taken_or_refused(blog: BlogPage, given_properties: dict[str, Any], other: Any) -> None:
    user, _made = User.objects.get_or_create(username="fuzz", is_superuser=True, is_staff=True)
    program, post = Program(user), PostPage.objects.first() or make_post(blog)
    url = f"{SITE}/{post.slug}/"
    for data in (
        {"type": ["h-entry"], "properties": given_properties},
        {"action": "update", "url": url, "replace": given_properties},
        {"action": "update", "url": url, "add": given_properties, "delete": other},
        {"action": other, "url": url},
    ):
        response = send(program, **data)
        assert response.status_code < 500, (data, response.content)
        assert response.status_code < 400 or response.json()["error_description"]
