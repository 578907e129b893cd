"""Media in an S3-compatible bucket: the same addresses and the same secrets as on a disk, and nothing on the disk."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client

from blog.images.storage import public_name
from blog.models import BlogPage
from blog.services import orphaned_files
from blog.services.image_files import place_image_files
from kimonote.doctor.machine import disk_findings, media_findings
from mail.deliverability.findings import Level
from tests.integration.test_image_leaks import Files, answered, public
from tests.integration.test_leaks import HIDING
from tests.support.factories import make_blog, make_post
from tests.support.images import draw_share_pictures, make_versions

pytestmark = [pytest.mark.sockets, pytest.mark.once, pytest.mark.django_db(transaction=True)]
NOWHERE = Path("/nowhere")


def keys(bucket: Any) -> set[str]:
    """Return the names of all objects, without the folder of this test."""
    return {entry.key.partition("/")[2] for entry in bucket.objects.filter(Prefix=storages["default"].location)}  # type: ignore[attr-defined]


@pytest.fixture
def blog(bucket: Any) -> BlogPage:
    return make_blog()


@pytest.mark.parametrize("transition", ["unpublished", "for groups"])
def test_files_of_a_hidden_post_are_nowhere(client: Client, bucket: Any, blog: BlogPage, transition: str) -> None:
    files = Files()
    post = make_post(blog, title="Shown", body=files.text, cover=files.images[0])
    make_versions()
    assert answered(client, files, NOWHERE) == public(files)
    assert len(files.names() & keys(bucket)) == len(files.names()) > 0
    page = client.get(f"/{post.slug}/").content.decode()
    assert "/media/images/" in page
    assert "amazonaws" not in page
    HIDING[transition](post)
    place_image_files()
    assert answered(client, files, NOWHERE) == set()
    assert files.names() & keys(bucket) == set()
    editor = Client()
    editor.force_login(User.objects.create_superuser("ada"))
    assert {f"/media/private/{name}" for name in files.names()} <= answered(editor, files, NOWHERE)
    grants = [grant["Grantee"].get("URI", "") for entry in bucket.objects.all() for grant in entry.Object().Acl().grants]
    assert not any("AllUsers" in grantee for grantee in grants)


def test_public_version_may_be_kept_by_a_cache(client: Client, blog: BlogPage) -> None:
    files = Files()
    make_post(blog, cover=files.images[0])
    make_versions()
    name = public_name(files.images[0].renditions.first().file.name)
    response = client.get(f"/media/{name}")
    assert (response.status_code, response["Cache-Control"]) == (200, "public, max-age=2592000, s-maxage=0")
    assert response.getvalue() != b""
    known = client.get(f"/media/{name}", headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", response["ETag"])
    files.images[0].renditions.first().file.delete(save=False)
    assert client.get(f"/media/{name}", headers={"If-None-Match": response["ETag"]}).status_code == 404


@pytest.mark.parametrize("name", ["a" * 256, "ü" * 128, "a/" * 600, "a\x01", "a\0b", "%"])
@pytest.mark.parametrize("storage", ["bucket", "media"])
def test_no_file_has_a_hostile_name(client: Client, request: pytest.FixtureRequest, storage: str, name: str) -> None:
    request.getfixturevalue(storage)
    assert client.get(f"/media/{quote(name)}").status_code == 404


def test_orphaned_files_are_deleted(bucket: Any, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files()
    make_versions()
    before = keys(bucket)
    files.images[0].renditions.all()._raw_delete("default")
    assert orphaned_files.delete_orphaned_files() == 0  # they might be those of a row that is not committed yet
    monkeypatch.setattr(orphaned_files, "GRACE", -60)
    assert orphaned_files.delete_orphaned_files() == 2
    assert len(before - keys(bucket)) == 2


def test_share_pictures(client: Client, bucket: Any, blog: BlogPage) -> None:
    make_post(blog, "sea", title="Tides", slug="tides")
    draw_share_pictures()
    page = client.get("/tides/").content.decode()
    address = page.partition('property="og:image" content="http://testserver')[2].partition('"')[0]
    response = client.get(address)
    assert (response.status_code, response.getvalue()[:4]) == (200, b"\x89PNG")


def test_bucket_that_is_gone(client: Client, blog: BlogPage, settings: Any) -> None:
    files = Files()
    make_post(blog, "sea", title="Tides", slug="tides", cover=files.images[0])
    make_versions()
    storages["default"].bucket.meta.client.meta.events.register("before-send.s3", refuse)  # type: ignore[attr-defined]
    assert client.get("/tides/").status_code == 200
    with pytest.raises(OSError, match="Could not connect"):
        storages["default"].save("documents/paper.txt", ContentFile(b"x"))
    client.raise_request_exception = False
    response = client.get(f"/media/private/{public_name(files.images[0].renditions.first().file.name)}")
    assert (response.status_code, response.get("Retry-After")) == (503, "5"), response.getvalue()
    assert "files cannot be reached" in response.content.decode()
    assert [finding.level for finding in media_findings()] == [Level.ERROR]


def refuse(**kwargs: Any) -> None:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


def test_doctor_writes_and_reads(blog: BlogPage) -> None:
    assert [finding.level for finding in media_findings()] == [Level.OK]
    assert "media-rights" not in {finding.code for finding in disk_findings()}
