"""Pictures and documents of a hidden post: their files are behind a view, before and after each transition."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction, GroupCollectionPermission, Page, PageViewRestriction

from blog.models import BlogPage, PostPage
from blog.services.image_files import VersionMaker
from blog.services.scheduling import publish_scheduled
from tests.integration.test_leaks import HIDING, go_live, restrict
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions
from tests.unit.blog.images.test_metadata import encoded

pytestmark = [pytest.mark.usefixtures("media"), pytest.mark.django_db(transaction=True)]


class Files:
    """A picture of each kind and a document, by the addresses that a page, an editor or a guesser may know."""

    def __init__(self) -> None:
        make = get_image_model().objects.create
        self.images = [make(title=f"Sea {form}", file=ContentFile(encoded(form), name=f"sea.{form.lower()}")) for form in FORMS]
        self.document = get_document_model().objects.create(title="Paper", file=ContentFile(b"secret", name="paper.txt"))
        self.text = " ".join(f"![sea](image:{image.pk})" for image in self.images) + f" [paper](doc:{self.document.pk})"

    def names(self) -> set[str]:
        """Return the names of all versions, as they are while anybody may see them."""
        files = get_image_model().get_rendition_model().objects.values_list("file", flat=True)
        return {name.removeprefix("private/") for name in files}

    def addresses(self) -> list[str]:
        versions = [f"/media/{place}{name}" for name in sorted(self.names()) for place in ("", "private/")]
        originals = [f"/media/{place}{image.file.name}" for image in self.images for place in ("", "private/")]
        documents = [self.document.url, f"/media/{self.document.file.name}", f"/media/x/../{self.document.file.name}"]
        return [*versions, *originals, *documents]


FORMS = ("JPEG", "GIF")


def status(client: Client, address: str) -> int:
    response = client.get(address)
    response.close()
    return response.status_code


def answered(client: Client, files: Files, folder: Path) -> set[str]:
    """Return the addresses that give a file away: to nginx, which sends what is in the folder, or by the site."""
    found = set()
    for address in files.addresses():
        name = address.removeprefix("/media/")
        sent_by_nginx = address.startswith("/media/images/") and (folder / name).is_file()
        if sent_by_nginx or status(client, address) == 200:
            found.add(address)
    return found


def public(files: Files) -> set[str]:
    """Return the addresses that answer while anybody may see the files."""
    versions = {f"/media/{place}{name}" for name in files.names() for place in ("", "private/")}
    return {files.document.url, *versions}


@pytest.mark.parametrize("transition", HIDING)
def test_files_of_a_hidden_post_are_nowhere_and_come_back(client: Client, media: Path, transition: str) -> None:
    blog, files = make_blog(), Files()
    post = make_post(blog, title="Shown", body=files.text, cover=files.images[0])
    make_versions()
    assert answered(client, files, media) == public(files)
    assert len(files.names()) == 3
    HIDING[transition](post)
    assert answered(client, files, media) == set()
    if transition in ("for those signed in", "behind a password", "for groups"):
        PageViewRestriction.objects.get().delete()
        assert answered(client, files, media) == public(files)
    if transition == "unpublished":
        Page.objects.get(pk=post.pk).specific.save_revision().publish()
        assert answered(client, files, media) == public(files)


@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_files_of_a_private_collection_are_nowhere_and_come_back(client: Client, media: Path, kind: str) -> None:
    files = Files()
    make_post(make_blog(), body=files.text)
    closed = Collection.get_first_root_node().add_child(name="Closed")
    for file in (*files.images, files.document):
        file.collection = closed
        file.save()
    make_versions()
    assert answered(client, files, media) == public(files)
    restriction = CollectionViewRestriction.objects.create(collection=closed, restriction_type=kind, password="x")
    assert {address for address in answered(client, files, media) if address != files.document.url} == set()
    assert b"secret" not in client.get(files.document.url).content
    restriction.delete()
    assert answered(client, files, media) == public(files)


@pytest.mark.parametrize("state", ["draft", "scheduled", "draft of a published post", "shown by nothing"])
def test_files_of_what_is_not_published_yet_are_nowhere(client: Client, media: Path, state: str) -> None:
    blog, files = make_blog(), Files()
    page = None
    if state == "draft of a published post":
        page = make_post(blog, body="nothing")
        page.body, page.cover = files.text, files.images[0]
        page.save_revision()
    elif state != "shown by nothing":
        page = blog.add_child(instance=PostPage(title="Draft", slug="draft", body=files.text, live=False))
        if state == "scheduled":
            page.go_live_at = timezone.now() + timedelta(days=1)
        revision = page.save_revision()
        if state == "scheduled":
            revision.publish()
    make_versions()
    assert answered(client, files, media) == set()
    if page is not None:
        go_live(page) if state == "scheduled" else PostPage.objects.get(pk=page.pk).latest_revision.publish()
        make_versions()
        assert answered(client, files, media) == public(files)


def test_files_of_a_post_that_expires_are_sent_by_the_site_until_then(client: Client, media: Path) -> None:
    files = Files()
    post = make_post(make_blog(), body=files.text, expire_at=timezone.now() + timedelta(days=1))
    make_versions()
    shown = {address for address in public(files) if not address.startswith("/media/images/")}
    assert answered(client, files, media) == shown
    page = client.get(f"/{post.slug}/").content.decode()
    assert re.findall(r'src="(/media/[^"]+)"', page) == [
        image.renditions.get(filter_spec__in=("width-60", "original")).url for image in files.images
    ]
    Page.objects.filter(pk=post.pk).update(expire_at=timezone.now() - timedelta(seconds=1))  # and no worker runs
    assert answered(client, files, media) == set()
    publish_scheduled()
    assert answered(client, files, media) == set()


def test_picture_of_two_posts_is_public_while_one_is(client: Client, media: Path) -> None:
    blog, files = make_blog(), Files()
    one, two = make_post(blog, body=files.text), make_post(blog, body=files.text)
    make_versions()
    one.unpublish()
    assert answered(client, files, media) == public(files)
    assert "/media/images/sea." in client.get(f"/{two.slug}/").content.decode()
    two.unpublish()
    assert answered(client, files, media) == set()


def test_files_of_a_private_post_show_to_whom_it_may_concern(client: Client, media: Path) -> None:
    files = Files()
    post = make_post(make_blog(), body=files.text)
    make_versions()
    restrict("groups")(post)
    PageViewRestriction.objects.get().groups.add(friends := Group.objects.create(name="Friends"))
    friend, stranger = (User.objects.create_user(name) for name in ("friend", "stranger"))
    friend.groups.add(friends)
    shown = {address for address in public(files) if not address.startswith("/media/images/")}
    client.force_login(stranger)
    assert answered(client, files, media) == set()
    client.force_login(friend)
    assert answered(client, files, media) == shown
    response = client.get(sorted(address for address in shown if "/media/private/images/" in address)[0])
    assert response["Cache-Control"] == "private, no-store"
    response.close()
    shown = re.findall(r'src="(/media/[^"]+)"', client.get(f"/{post.slug}/").content.decode())
    assert [status(client, address) for address in shown] == [200, 200]


def test_editors_see_what_they_may_choose_and_accounts_of_the_admin_alone_do_not(client: Client, media: Path) -> None:
    files = Files()
    make_blog()
    make_versions()
    account, editor = User.objects.create_user("account"), User.objects.create_user("editor")
    account.groups.add(Group.objects.create(name="Admin alone"))
    account.user_permissions.add(Permission.objects.get(codename="access_admin"))
    choosing = Group.objects.create(name="Choosing")
    choosing.permissions.add(Permission.objects.get(codename="access_admin"))
    for chosen in ("choose_image", "choose_document"):
        permission = Permission.objects.get(codename=chosen)
        GroupCollectionPermission.objects.create(
            group=choosing, collection=Collection.get_first_root_node(), permission=permission
        )
    editor.groups.add(choosing)
    client.force_login(account)
    assert answered(client, files, media) == set()
    client.force_login(editor)
    private = {f"/media/private/{name}" for name in (*files.names(), *(image.file.name for image in files.images))}
    assert answered(client, files, media) == {files.document.url, *private}


def test_interrupted_move_is_ended_by_the_worker(client: Client, media: Path) -> None:
    files = Files()
    post = make_post(make_blog(), body=files.text)
    make_versions()
    Page.objects.filter(pk=post.pk).update(live=False)  # a process was killed before it moved the files, or between two
    one = sorted(files.names())[0]
    (media / "private" / one).parent.mkdir(parents=True, exist_ok=True)
    (media / one).rename(media / "private" / one)
    VersionMaker().make_all()
    assert answered(client, files, media) == set()


def test_names_cannot_be_guessed(media: Path) -> None:
    files = Files()
    make_versions()
    assert all(re.fullmatch(r"images/sea\.[A-Za-z0-9]{16}\..+", name) for name in files.names())


def test_readers_see_what_is_there_before_versions_are(client: Client, media: Path, blog: BlogPage) -> None:
    files = Files()
    post = make_post(blog, body=files.text)
    shown = re.findall(r'src="(/media/[^"]+)"', client.get(f"/{post.slug}/").content.decode())
    assert shown == [image.file.url for image in files.images]
    for address in shown:
        assert status(client, address) == 200
    assert get_image_model().get_rendition_model().objects.count() == 0
    make_versions()
    assert [status(client, address) for address in shown] == [404, 404]


@pytest.mark.parametrize("name", ["images/a%00.jpg", "original_images/a%00.jpg"])
def test_name_that_no_database_can_look_for_is_unknown(client: Client, name: str) -> None:
    assert status(client, f"/media/private/{name}") == 404
