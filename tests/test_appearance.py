"""What an editor decides for the whole of a site shows at once, on that site alone."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Site

from blog.models import Appearance, BlogPage
from blog.sites import Blog, blog_of
from blog.snapshots import read_revision
from tests.factories import make_blog


def dress(blog: BlogPage, **fields: object) -> Appearance:
    appearance = Appearance(site=Site.objects.get(root_page=blog), **fields)
    appearance.full_clean()
    appearance.save()
    return appearance


def seen(client: Client, host: str = "testserver") -> Blog:
    """The blog as a request of this moment knows it."""
    return blog_of(client.get("/", headers={"host": host}).wsgi_request)


def test_site_without_settings_bears_the_title_of_its_page(client: Client, blog: BlogPage) -> None:
    found = seen(client)
    assert (found.title, found.footer, found.profiles, found.comments_allowed) == ("Notes", "", (), True)
    assert not Appearance.objects.exists()


def test_settings_show_with_the_next_request_on_their_site_alone(client: Client, blog: BlogPage) -> None:
    other = make_blog("other.example", "Other", default=False)
    before, revision = seen(client, "other.example"), read_revision()
    dress(
        blog,
        name="Ada’s notes",
        footer="By *Ada*.",
        rel_me="https://a.example/@ada\n\n  https://b.example/ \n",
        comments_allowed=False,
    )
    found = seen(client)
    assert (found.title, found.footer) == ("Ada’s notes", "<p>By <em>Ada</em>.</p>")
    assert (found.profiles, found.comments_allowed) == (("https://a.example/@ada", "https://b.example/"), False)
    assert seen(client, "other.example") == before
    assert before.title == other.title
    assert read_revision() == revision + 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"accent": "red"}, "A colour is “#” and six hexadecimal digits, such as #2b4a8b."),
        ({"accent": "#2B4A8B}"}, "A colour is “#” and six hexadecimal digits, such as #2b4a8b."),
        (
            {"rel_me": "https://a.example/\njavascript:alert(1)"},
            "“javascript:alert(1)” is no address: it begins with https:// and names a host.",
        ),
        ({"rel_me": "\n".join(f"https://a.example/{number}" for number in range(11))}, "These are more than 10 addresses."),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(blog: BlogPage, fields: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Appearance(site=Site.objects.get(), **fields).full_clean()
    assert reason in refusal.value.messages


def test_editor_changes_settings_in_the_admin(client: Client, blog: BlogPage) -> None:
    client.force_login(User.objects.create_superuser("editor"))
    address = f"/admin/settings/blog/appearance/{Site.objects.get().pk}/"
    form = client.get(address)
    assert '<input type="color" name="accent"' in form.content.decode()
    fields = {"name": "Ada’s notes", "accent": "#a3312b", "footer": "", "rel_me": "", "comments_allowed": "on"}
    assert client.post(address, fields)["Location"] == address
    assert Appearance.objects.values_list("name", "accent", "comments_allowed").get() == ("Ada’s notes", "#a3312b", True)
    assert seen(Client()).title == "Ada’s notes"
