"""Browsers of members of the groups that a new site has."""

import pytest
from django.test import Client

from blog.models import BlogPage
from tests.support.editors import client_of, member_of


@pytest.fixture
def editor(blog: BlogPage) -> Client:
    """A browser of a member of the Editors, who write and do not publish."""
    return client_of(member_of("Editors"))


@pytest.fixture
def moderator(blog: BlogPage) -> Client:
    """A browser of a member of the Moderators, who publish, and change tags, streams and authors."""
    return client_of(member_of("Moderators"))
