"""Pictures of other sites: browsers load them only where MEDIA_SOURCES names the host; whoever publishes them is told."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from blog.caching.content_security import PUBLIC_POLICY, blocked_hosts
from blog.models import BlogPage
from tests.support.factories import make_post
from tests.support.importing import run_import
from tests.unit.blog.admin.test_editing import create

TEXT = "![A](https://img.example/a.png)\n\n![B](https://cdn.example:8443/b.png) ![own](/media/c.png)"


def test_policy_allows_own_pictures_only() -> None:
    assert "img-src 'self' data:;" in PUBLIC_POLICY
    assert "media-src 'self';" in PUBLIC_POLICY


@pytest.mark.parametrize(
    ("sources", "blocked"),
    [
        ([], ["cdn.example:8443", "img.example"]),
        (["img.example"], ["cdn.example:8443"]),
        (["https://img.example", "*.example:8443"], []),
        (["https:"], []),
        (["example"], ["cdn.example:8443", "img.example"]),
    ],
)
def test_hosts_that_are_blocked(blog: BlogPage, settings: LazySettings, sources: list[str], blocked: list[str]) -> None:
    settings.MEDIA_SOURCES = sources
    assert blocked_hosts(make_post(blog, body=TEXT).html) == blocked


def test_editor_is_told_which_hosts_are_blocked(moderator: Client, blog: BlogPage) -> None:
    create(moderator, blog, body=TEXT, **{"action-publish": "yes"})
    page = moderator.get(reverse("wagtailadmin_explore", args=[blog.pk])).content.decode()
    assert "Readers do not see what the text shows from cdn.example:8443, img.example" in page
    assert "MEDIA_SOURCES" in page


def test_import_counts_them_by_host(blog: BlogPage, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: A\ndate: 2020-01-01\n---\n{TEXT}\n")
    report = run_import(blog, tmp_path).text()
    assert "unless MEDIA_SOURCES names their hosts: img.example 1, cdn.example:8443 1." in report
