"""What is found of a post while it is previewed, and the policy that lets Wagtail's checks run there alone."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.models import BlogPage, PostPage
from blog.services.findings import Finding, findings_of
from tests.support.factories import make_post
from tests.unit.blog.admin.test_editing import post_form

pytestmark = pytest.mark.django_db


def found(post: PostPage) -> set[Finding]:
    return set(findings_of(post, post.html))


def test_findings_of_a_post(blog: BlogPage) -> None:
    make_post(blog, "common")
    draft = make_post(blog, live=False)
    assert found(make_post(blog, "common", summary="Short")) == set()
    assert found(make_post(blog)) == {Finding.NO_TAGS, Finding.NO_SUMMARY}
    assert found(make_post(blog, "common rare", summary="Short")) == {Finding.USED_ONCE}
    post = make_post(blog, "common", summary="Short")
    post.published = timezone.now() + timedelta(days=1)
    assert found(post) == {Finding.FUTURE}
    post.go_live_at = post.published
    assert found(post) == set()
    for text in (f"[a](page:{draft.pk})", "![a](image:999)", "[a](doc:999)", f"[a](/{draft.slug}/)"):
        assert found(make_post(blog, "common", summary="Short", body=text)) == {Finding.BROKEN_LINKS}, text
    assert found(make_post(blog, "common", summary="Short", body="[a](/tags/common/) `[a](page:999)`")) == set()


def test_preview_alone_runs_wagtails_scripts(editor: Client, client: Client, blog: BlogPage) -> None:
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", blog.pk))
    editor.post(address, post_form(tags=""))
    response = editor.get(address)
    assert "; script-src http://testserver/static/wagtailadmin/js/" in response["Content-Security-Policy"]
    assert "'unsafe-inline' 'unsafe" not in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "<wagtail-userbar>" in page
    assert re.findall('data-finding="([^"]+)"', page) == ["no-tags", "no-summary"]
    public = client.get(f"/{make_post(blog).slug}/")
    assert "script-src" not in public["Content-Security-Policy"]
    assert "userbar" not in public.content.decode()
    assert "script-src" not in editor.get(f"{address}?mode=card")["Content-Security-Policy"]


@pytest.mark.parametrize("view", ["add", "edit"])
def test_time_to_come_is_told_beside_the_preview(editor: Client, blog: BlogPage, view: str) -> None:
    """Though it is refused when the post is saved: the checks would else say nothing at all."""
    own = make_post(blog, live=False, owner=User.objects.get(pk=editor.session["_auth_user_id"]))
    parameters = ("blog", "postpage", blog.pk) if view == "add" else (own.pk,)
    address = reverse(f"wagtailadmin_pages:preview_on_{view}", args=parameters)
    sent = editor.post(address, post_form(published="2999-01-01 10:00"))
    assert sent.json() == {"is_valid": True, "is_available": True}
    assert "future" in re.findall('data-finding="([^"]+)"', editor.get(address).content.decode())


def test_form_knows_the_names_of_the_findings(editor: Client, blog: BlogPage) -> None:
    page = editor.get(reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))).content.decode()
    configuration = json.loads(re.search(r'axe-configuration"[^>]*>(.*?)</script>', page)[1])
    assert {*Finding} <= set(configuration["options"]["runOnly"]) & set(configuration["messages"])
    assert {*Finding} <= {rule["id"] for rule in configuration["spec"]["rules"]}
