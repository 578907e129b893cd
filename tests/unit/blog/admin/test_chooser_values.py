"""Hostile values in a chooser's field."""

import pytest
from django.test import Client

from blog.models import BlogPage, PostPage
from tests.unit.blog.admin.test_editing import create


@pytest.mark.parametrize("value", ["a\0.png", "1.5", "9" * 30])
def test_value_that_is_no_id_is_refused_in_the_form(moderator: Client, blog: BlogPage, value: str) -> None:
    response = create(moderator, blog, cover=value)
    assert response.status_code == 200
    assert "cover" in response.context_data["form"].errors
    assert not PostPage.objects.exists()
