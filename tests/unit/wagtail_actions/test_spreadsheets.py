"""Wagtail's own exports: what writers of drafts choose is text in them, too."""

import csv

import pytest
from wagtail.models import Page

from blog.models import BlogPage
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post

REPORTS = ("site-history", "aging-pages", "locked", "workflow", "workflow_tasks")


@pytest.mark.parametrize("report", REPORTS)
def test_reports_of_wagtail_hold_no_formula(blog: BlogPage, report: str) -> None:
    author = member_of("Authors")
    post = make_post(blog, title="=1+1", live=False, owner=author)
    post.save_revision(user=author, log_action=True).publish()
    post.get_workflow().start(post, author)
    Page.objects.filter(pk=post.pk).update(locked=True, locked_by=author)
    response = client_of(member_of("Moderators", name="mo")).get(f"/admin/reports/{report}/?export=csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    cells = [cell for row in csv.reader(response.getvalue().decode().splitlines()) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
