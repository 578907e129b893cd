"""Profile pictures get the checks of the library of images, and tell nothing of where they were taken."""

from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.users.models import UserProfile

from tests.unit.blog.images.test_intake import header_only
from tests.unit.blog.images.test_metadata import SECRETS, encoded

REFUSED = {
    "huge.png": (header_only(11_000, 11_000), "40 are the most"),
    "page.png": (b"<!doctype html>", "Upload a valid image"),
    "a.gif": (encoded("PNG"), "The extension does not match the file format"),
    "a.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>', "Upload a valid image"),
    "cut.jpg": (encoded("JPEG")[:700], "damaged or incomplete"),
}


def upload(user: User, name: str, content: bytes) -> str:
    """Send the form of the account with a picture; return the page, "" where the form is taken."""
    client = Client()
    client.force_login(user)
    page = client.get(reverse("wagtailadmin_account"))
    forms = [panel.get_form() for panels in page.context_data["panels_by_tab"].values() for panel in panels]
    data = {form.add_prefix(name): form[name].value() or "" for form in forms for name in form.fields}
    data = {name: value for name, value in data.items() if not name.startswith(("password", "avatar"))}
    data |= {"name_email-first_name": "Ada", "name_email-last_name": "Lovelace"}
    response = client.post(reverse("wagtailadmin_account"), data | {"avatar-avatar": SimpleUploadedFile(name, content)})
    return "" if response.status_code == 302 else response.text


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_removed_and_a_turned_picture_stands_upright(admin_user: User, media: Path, form: str) -> None:
    assert upload(admin_user, f"ada.{form.lower()}", encoded(form, orientation=6)) == ""
    with UserProfile.objects.get(user=admin_user).avatar.open() as file:
        content = file.read()
    assert [secret for secret in SECRETS if secret in content] == []
    assert Image.open(BytesIO(content)).size == (30, 60)


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_library_refuses_is_refused(admin_user: User, media: Path, name: str) -> None:
    content, reason = REFUSED[name]
    assert reason in upload(admin_user, name, content)
    assert not UserProfile.get_for_user(admin_user).avatar
