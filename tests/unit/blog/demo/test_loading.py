"""The demo is made where nothing is, and nowhere else."""

from io import StringIO

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from blog.demo import EDITOR, fill_site
from blog.models import Author, BlogPage, PostPage, Stream, Tag
from blog.services.bootstrap import found_blog
from tests.support.factories import make_post


def test_account_can_sign_in_with_the_password_that_was_given(db: None) -> None:
    password = fill_site(found_blog("http://testserver", "Kimonote"))
    assert password is not None
    assert Client().login(username=EDITOR, password=password)
    assert Author.objects.get(user__username=EDITOR).handle == "maren"


def test_site_with_a_post_is_left_as_it_is(blog: BlogPage) -> None:
    make_post(blog, "a", title="Mine")
    for _ in range(2):
        call_command("prepare", demo=True, stdout=StringIO())
    assert [post.title for post in PostPage.objects.all()] == ["Mine"]
    assert (User.objects.count(), Tag.objects.count(), Stream.objects.count()) == (0, 1, 0)
