"""Import and export in the admin, as jobs: by whoever may publish, refused in words, each file once and for its owner."""

import re
import stat
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from wagtail.models import GroupPagePermission
from wagtail.users.models import UserProfile

from blog.models import BlogPage, PostPage
from jobs.models import KEEP_FILES, Job, JobState
from jobs.running import run_pending
from tests.support.editors import client_of, editor_of, member_of
from tests.support.factories import make_blog, make_post
from tests.support.importing import simple
from transfer.importing.workers import MIN_ITEMS_FOR_PROCESSES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def mona(blog: BlogPage) -> Client:
    """The browser of a moderator."""
    return client_of(member_of("Moderators", name="mona"))


def archive(*files: tuple[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files:
            target.writestr(name, text)
    return content.getvalue()


def upload(client: Client, content: bytes, name: str = "posts.zip", **fields: Any) -> Job:
    """Upload a file and have it tried."""
    response = client.post("/admin/import/", {"file": SimpleUploadedFile(name, content), **fields})
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/{job.pk}/"
    run_pending()
    job.refresh_from_db()
    return job


def test_an_archive_is_tried_and_then_imported_once(mona: Client) -> None:
    job = upload(
        mona, archive(("_posts/2018-05-31-a.md", simple("A")), ("_posts/2018-05-30-b.md", "---\ntitle: [\n---\nText.\n"))
    )
    lines = job.log.splitlines()
    assert lines[0].startswith("refused: _posts/2018-05-30-b.md:")
    assert lines[-1] == "Dry run, nothing was written. It would be: 1 imported, 0 changed, 0 unchanged, 1 refused: 2 files."
    assert not PostPage.objects.exists()
    page = mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    assert f'action="/admin/import/{job.pk}/begin/"' in page
    begun = mona.post(f"/admin/import/{job.pk}/begin/")
    again = mona.post(f"/admin/import/{job.pk}/begin/", follow=True)
    assert "is being imported already" in again.content.decode()
    run_pending()
    real = Job.objects.latest("pk")
    assert begun.headers["Location"] == f"/admin/jobs/{real.pk}/"
    assert (real.state, real.result) == (JobState.DONE, {"imported": 1, "changed": 0, "unchanged": 0, "refused": 1})
    assert list(PostPage.objects.values_list("title", "live")) == [("A", True)]
    assert "begin/" not in mona.get(f"/admin/jobs/{job.pk}/").content.decode()


def test_report_is_in_the_language_of_whoever_imports(blog: BlogPage) -> None:
    """Also what the processes say that read the files of a large import."""
    user = member_of("Moderators", name="heidi")
    UserProfile.objects.create(user=user, preferred_language="de")
    files = [(f"_posts/2018-05-31-{number}.md", simple(f"A {number}")) for number in range(MIN_ITEMS_FOR_PROCESSES)]
    lines = upload(client_of(user), archive(*files, ("_posts/none.md", "---\ntitle: A\n---\n"))).log.splitlines()
    assert lines[0] == (
        "abgelehnt: _posts/none.md:1: Es gibt kein Datum, weder in den Kopfdaten noch im Namen: "
        "Schreib eines hinein, etwa „date: 2018-05-31“, oder importiere mit "
        "„Jeden Beitrag als Entwurf importieren“ oder „Als Datum eines Beitrags ohne Datum nehmen, wann die Datei zuletzt "
        "geändert wurde“. Eine Seite, die kein Beitrag ist, etwa „Über uns“, wird nicht importiert: Lege sie hier als einfache "
        "Seite an."
    )
    assert lines[-1] == (
        "Probelauf, nichts wurde geschrieben. Es wären: 60 importiert, 0 geändert, 0 unverändert, 1 abgelehnt: 61 Dateien."
    )


def test_report_names_what_the_form_has(mona: Client) -> None:
    text = "---\ntitle: A\nauthor: jdoe42\n---\n[Nowhere](/nowhere/) {% frobnicate %} :tada:\n"
    files = [
        ("_config.yml", "plugins: [jemoji]"),
        ("_posts/2018-05-31-a.md", text),
        ("_posts/none.md", "---\ntitle: B\n---\nB"),
    ]
    log = upload(mona, archive(*files, ("_posts/2018-05-31-c.md", "caf\xe9"))).log
    assert "import with “Import every post as a draft” or “Take when a file was last changed" in log
    assert "Links to nowhere: 1 in 1 post." in log
    assert "Switched on for the whole blog, as the old site had it: emoji codes, typographic signs." in log
    assert re.search(r"(?<!\w)-(-[a-z]|v )", log) is None, log


def test_a_single_post_is_imported_as_a_draft(mona: Client) -> None:
    job = upload(mona, simple("B").encode(), "2018-05-31-b.md", as_draft="on")
    mona.post(f"/admin/import/{job.pk}/begin/")
    run_pending()
    assert list(PostPage.objects.values_list("title", "live")) == [("B", False)]


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("posts/passwords.md")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


HOSTILE = [
    (archive(("../../evil.md", simple())), "The archive has a file outside of its folder: “../../evil.md”."),
    (archive((link(), "/etc/passwd")), "The archive has a link or special file: “posts/passwords.md”."),
    (archive(("bomb.md", bytes(60_000_000))), "The archive is larger than it may be, unpacked"),
    (archive(("a.md", simple()))[:-30], "The archive cannot be unpacked: File is not a zip file."),
]


@pytest.mark.parametrize(("content", "reason"), HOSTILE, ids=["slip", "link", "bomb", "broken"])
def test_a_hostile_archive_is_refused_with_its_reason(mona: Client, content: bytes, reason: str) -> None:
    job = upload(mona, content)
    assert reason in job.log
    page = mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    assert "Import this now" not in page
    assert "Upload another file" in page
    mona.post(f"/admin/import/{job.pk}/begin/")
    run_pending()
    assert not PostPage.objects.exists()


def test_a_file_of_no_known_type_is_refused_in_the_form(mona: Client) -> None:
    page = mona.post("/admin/import/", {"file": SimpleUploadedFile("virus.exe", b"MZ")}).content.decode()
    assert "“virus.exe” is of no type that can be imported." in page
    assert not Job.objects.exists()


@pytest.mark.parametrize("tool", ["import", "export", "topics"])
def test_whoever_may_no_longer_start_a_job_no_longer_sees_theirs(blog: BlogPage, tool: str) -> None:
    user = member_of("Moderators")
    fields = {"file": SimpleUploadedFile("a.md", simple("Zeppelin").encode()), "method": "nmf", "language": "en"}
    page = client_of(user).post(f"/admin/{tool}/", fields).headers["Location"]
    assert client_of(user).get(page).status_code == 200
    user.groups.set(Group.objects.filter(name="Authors"))
    assert client_of(User.objects.get(pk=user.pk)).get(page).headers["Location"] == "/admin/"


def test_whoever_may_not_publish_neither_imports_nor_exports(mona: Client) -> None:
    editor = client_of(member_of("Editors"))
    assert "/admin/import/" in mona.get("/admin/").content.decode()
    assert "/admin/import/" not in editor.get("/admin/").content.decode()
    for path in ("/admin/import/", "/admin/export/"):
        assert mona.get(path).status_code == 200
        assert editor.get(path).status_code == 302
        assert editor.post(path, {}).status_code == 302
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("has_another", "log"),
    [
        (False, "Whoever started this may no longer do so.\n"),
        (True, "There is no such blog, or you may no longer do this with it.\n"),
    ],
)
def test_whoever_lost_the_right_meanwhile_imports_nothing(mona: Client, has_another: bool, log: str) -> None:
    mona.post("/admin/import/", {"file": SimpleUploadedFile("posts.zip", archive(("2018-05-31-a.md", simple())))})
    groups = editor_of(another := make_blog("elsewhere.example", default=False)).groups.all()
    publishing = Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.create(group=groups[0], page=another, permission=publishing)
    User.objects.get(username="mona").groups.set(groups if has_another else [])
    run_pending()
    job = Job.objects.get()
    assert (job.state, job.log) == ("failed", log)


def export(client: Client, **fields: str) -> Job:
    client.post("/admin/export/", fields)
    run_pending()
    return Job.objects.latest("pk")


def test_an_export_is_downloaded_and_imported_again(mona: Client, blog: BlogPage) -> None:
    make_post(blog, title="Seen", body="Words.")
    make_post(blog, title="Draft", live=False)
    job = export(mona)
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    page = mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    assert f"/admin/export/{job.pk}/download/" in page
    response = mona.get(f"/admin/export/{job.pk}/download/")
    content = response.getvalue()
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Disposition"].startswith(f'attachment; filename="{blog.slug}-')
    for post in PostPage.objects.all():
        post.delete()
    tried = upload(mona, content)
    mona.post(f"/admin/import/{tried.pk}/begin/")
    run_pending()
    assert set(PostPage.objects.values_list("title", "live")) == {("Seen", True), ("Draft", False)}


def test_a_public_export_has_no_draft(mona: Client, blog: BlogPage) -> None:
    make_post(blog, title="Seen")
    make_post(blog, title="Zeppelin", live=False)
    job = export(mona, public_only="on")
    with job.file("export.zip") as file, zipfile.ZipFile(file) as content:
        everything = b"".join(content.read(name) for name in content.namelist())
    assert b"Seen" in everything
    assert b"Zeppelin" not in everything


def test_an_export_is_for_its_owner_and_for_a_day(mona: Client, blog: BlogPage) -> None:
    job = export(mona)
    address = f"/admin/export/{job.pk}/download/"
    other = client_of(member_of("Moderators", name="other"))
    response = mona.get(address)
    assert (response.status_code, bool(response.getvalue())) == (200, True)
    assert [client.get(address).status_code for client in (other, client_of(member_of("Editors")))] == [404, 404]
    assert Client().get(address).status_code == 302
    Job.objects.forget_old(timezone.now() + KEEP_FILES * 2)
    assert mona.get(address).status_code == 404
    assert "Export anew" in mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    job = export(mona)
    User.objects.get(username="mona").groups.set(Group.objects.filter(name="Editors"))  # who enter the admin, too
    assert [mona.get(f"/admin/{path}/").status_code for path in (f"export/{job.pk}/download", "posts")] == [302, 200]
