"""What programs send, by the public code or documentation of some; not all of it is as the specification says."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User

from tests.support.images import media, png
from tests.support.programs import Program
from tests.unit.publishing.test_micropub import ENDPOINT, FORM, MEDIA, SITE, at, send, send_form, source, tags

__all__ = ["media"]


@pytest.fixture
def program(moderator: User) -> Program:
    return Program(moderator)


def test_ia_writer_asks_for_the_endpoint_and_sends_values_without_lists(program: Program, media: object) -> None:
    assert program.get(f"{ENDPOINT}?q=config").json()["media-endpoint"] == f"{SITE}{MEDIA}"
    picture = program.post(MEDIA, {"file": png("Sea.png")})["Location"]
    text = f"It *begins*.\n\n![The sea]({picture})"
    post = at(send(program, type=["h-entry"], properties={"name": "A post", "content": text, "post-status": "draft"}))
    assert (post.title, post.live) == ("A post", False)
    assert post.body.startswith("It *begins*.\n\n![The sea](image:")


def test_single_values_and_none_are_taken_of_new_entries_alone(program: Program) -> None:
    values = {"content": {"html": "<p>Some <b>bold</b>"}, "category": "one", "mp-slug": "my-slug", "name": None}
    post = at(send(program, type=["h-entry"], properties=values))
    assert (post.body, post.slug, tags(post)) == ("Some **bold**", "my-slug", ["one"])
    update = send(program, action="update", url=f"{SITE}/my-slug/", replace={"content": "no list"})
    assert update.status_code == 400


def test_quill_sends_html_in_a_form(program: Program) -> None:
    fields = {"h": "entry", "name": "From the editor", "content[html]": "<p>Some <i>text</i>.</p>"}
    post = at(program.post(ENDPOINT, urlencode(fields), content_type=FORM))
    assert (post.title, post.body) == ("From the editor", "Some *text*.")
    assert send_form(program, ("content[html]", "<p>One"), ("content", "Two"), h="entry").status_code == 400


def test_quill_sends_a_note_with_a_picture(program: Program, media: object) -> None:
    fields = {"h": "entry", "content": "Nice", "category[]": ["one", "two"], "mp-syndicate-to[]": ["https://a.example/"]}
    post = at(program.post(ENDPOINT, {**fields, "mp-slug": "nice", "post-status": "draft", "photo": png("a.png")}))
    assert (post.live, post.slug, tags(post)) == (False, "nice", ["one", "two"])
    assert post.body.startswith("Nice\n\n![](image:")
    assert "mp-syndicate-to" not in source(program, post)["properties"]


def test_values_may_be_numbered(program: Program, media: object) -> None:
    """PHP's http_build_query and JavaScript's qs do so."""
    fields = {"h": "entry", "content": "Numbered", "category[0]": "one", "category[1]": "two"}
    pictures = {"photo[0]": png("a.png"), "photo[1]": png("b.png")}
    post = at(program.post(ENDPOINT, {**fields, **pictures, "mp-photo-alt[0]": "A", "mp-photo-alt[1]": "B"}))
    assert tags(post) == ["one", "two"]
    assert [alt in post.body for alt in ("![A](image:", "![B](image:")] == [True, True]


def test_programs_for_micro_blog_send_empty_fields_and_their_own_commands(program: Program) -> None:
    """By the documentation of its API, which programs for several services speak."""
    pairs = [("category[]", ""), ("mp-channel", "default"), ("mp-destination", f"{SITE}/"), ("name", ""), ("summary", "")]
    pairs += [("photo[]", "https://a.example/1.jpg"), ("mp-photo-alt[]", "One"), ("published", ""), ("video", "")]
    post = at(send_form(program, *pairs, ("post-status", "published"), h="entry", content="Short"))
    assert (post.title, post.body, post.live) == ("Short", "Short\n\n![One](<https://a.example/1.jpg>)", True)


def test_editors_fetch_a_post_and_replace_its_content(program: Program) -> None:
    """As Micropublish does: the latest posts, one of them, and what changed in it."""
    at(send_form(program, h="entry", name="First", content="Some *text*", **{"category[]": "one"}))
    listed = program.get(f"{ENDPOINT}?q=source&limit=20&offset=0").json()["items"]
    url = listed[0]["properties"]["url"][0]
    content = program.get(f"{ENDPOINT}?{urlencode({'q': 'source', 'url': url})}").json()["properties"]["content"]
    replace = {"content": [f"{content[0]}, more"], "name": ["Second"]}
    update = {"action": "update", "url": url, "replace": replace, "add": {"summary": ["Short"]}, "delete": ["category"]}
    assert send(program, **update).status_code == 204
    found = program.get(f"{ENDPOINT}?{urlencode({'q': 'source', 'url': url})}").json()["properties"]
    assert (found["name"], found["content"], found["summary"]) == (["Second"], ["Some *text*, more"], ["Short"])
    assert "category" not in found
    assert send(program, action="update", url=url, replace={"content": [{"html": "<p>As <b>HTML</b>"}]}).status_code == 204
    assert program.get(f"{ENDPOINT}?{urlencode({'q': 'source', 'url': url})}").json()["properties"]["content"] == [
        "As **HTML**"
    ]


@pytest.mark.parametrize("part", ["syndicate-to", "media-endpoint", "post-types"])
def test_parts_of_the_configuration_may_be_asked_for(program: Program, part: str) -> None:
    config = program.get(f"{ENDPOINT}?q=config").json()
    assert part in config["q"]
    assert program.get(f"{ENDPOINT}?q={part}").json() == {part: config[part]}
