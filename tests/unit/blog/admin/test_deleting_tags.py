from typing import Any

import pytest
from django.db.models.signals import post_init
from django.test import Client
from django.urls import reverse
from wagtail.models import ReferenceIndex

from blog.models import BlogPage, PostPage, Tag
from tests.support.factories import make_post

pytestmark = pytest.mark.django_db

POSTS = 6


def test_deleting_a_tag_in_the_admin_does_not_read_the_reference_of_each_post(moderator: Client, blog: BlogPage) -> None:
    for _ in range(POSTS):
        ReferenceIndex.create_or_update_for_object(PostPage.objects.get(pk=make_post(blog, "food").pk))
    tag = Tag.objects.get(slug="food")
    assert ReferenceIndex.get_references_to(tag).count() == POSTS
    read: list[Any] = []

    def note(instance: ReferenceIndex, **kwargs: Any) -> None:
        read.append(instance)

    post_init.connect(note, sender=ReferenceIndex)
    try:
        response = moderator.post(reverse("wagtailsnippets_blog_tag:delete", args=[tag.pk]))
    finally:
        post_init.disconnect(note, sender=ReferenceIndex)
    assert response.status_code == 302
    assert len(read) == 1
    assert not Tag.objects.filter(pk=tag.pk).exists()
