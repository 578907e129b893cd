"""Who writes by programs."""

import pytest
from django.contrib.auth.models import User

from blog.models import BlogPage
from tests.support.editors import member_of
from tests.support.factories import make_author


@pytest.fixture
def moderator(blog: BlogPage) -> User:
    """A moderator who is an author, and may edit."""
    user = member_of("Moderators", "Editors")
    make_author("mo", user=user)
    return user
