"""Backups: restored, they give the same pages byte for byte; what is damaged, incomplete or hostile is refused whole."""

import io
import json
import tarfile
from gzip import compress
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from wagtail.images.models import Image

from blog.models import BlogPage, PostPage
from kimonote.backup import archive, databases
from kimonote.backup.archive import Manifest
from kimonote.backup.errors import BackupError
from mail.models import Delivery, DeliveryState
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions, png
from tests.support.outbox_factories import put_test

ADDRESSES = ("/", "/tags/", "/tags/sea/", "/feed.atom", "/feed.json", "/whale/")


def pages() -> dict[str, bytes]:
    """Return the pages of the site, and the files that they show."""
    client = Client()
    found = {address: client.get(address, HTTP_HOST="testserver").getvalue() for address in ADDRESSES}
    files = {str(path): path.read_bytes() for path in media_files()}
    return found | files


def media_files() -> list[Path]:
    from django.conf import settings

    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def site(transactional_db: None, media: Path) -> BlogPage:
    """A blog with a picture, an account and a mail that waits."""
    blog = make_blog()
    image = Image.objects.create(title="A whale", file=png("whale.png"), width=60, height=30, description="A whale")
    make_post(blog, "sea whales", title="Whale", slug="whale", body=f"Seen: ![A whale](image:{image.pk})")
    make_post(blog, "sea", title="Grüße ❤️", body="From the *sea*.")
    make_versions()
    User.objects.create_user("ada")
    put_test()
    return blog


def newest(folder: Path) -> str:
    return str(max(folder.iterdir()))


@pytest.mark.parametrize("encrypted", [False, True])
def test_restored_site_gives_the_same_pages(site: BlogPage, folder: Path, tmp_path: Path, encrypted: bool) -> None:
    key, options = tmp_path / "key", dict[str, object]()
    if encrypted:
        call_command("make_backup_key", key)
        options = {"encrypt_to": [key.read_text().split()[3]]}
    before = pages()
    call_command("backup", folder, **options)
    assert (b"Whale" in Path(newest(folder)).read_bytes()) is False
    PostPage.objects.get(slug="whale").delete()
    for path in media_files():
        path.write_bytes(b"lost")
    make_post(site, "later", slug="later")
    assert pages() != before
    call_command("restore", newest(folder), overwrite=True, **({"identity": key} if encrypted else {}))
    assert pages() == before
    assert not PostPage.objects.filter(slug="later").exists()
    held = Delivery.objects.get()
    assert (held.state, held.answer[:24]) == (DeliveryState.STUCK, "Restored from the backup")
    assert not [path.name for path in Path(media_files()[0].parents[1]).iterdir() if path.name.startswith(".")]


def test_site_that_is_there_is_not_overwritten_unasked(site: BlogPage, folder: Path) -> None:
    call_command("backup", folder)
    before = pages()
    with pytest.raises(CommandError, match="--overwrite"):
        call_command("restore", newest(folder))
    call_command("restore", newest(folder), dry_run=True)
    assert pages() == before


def test_media_of_a_backup_are_not_restored_beside_a_bucket(site: BlogPage, folder: Path, settings: LazySettings) -> None:
    call_command("backup", folder)
    before = pages()
    settings.MEDIA_STORAGE = "s3://notes?endpoint=https://s3.notes.example"
    with pytest.raises(CommandError, match="copy the media folder into the bucket"):
        call_command("restore", newest(folder), overwrite=True)
    settings.MEDIA_STORAGE = ""
    assert pages() == before


def test_only_the_newest_are_kept(site: BlogPage, folder: Path) -> None:
    for second in range(3):
        (folder / f"kimonote-20200101T00000{second}Z.tar.gz").touch()
    (folder / "kimonote.conf").touch()
    call_command("backup", folder, keep=2)
    left = sorted(path.name for path in folder.iterdir())
    assert (left[:2], len(left)) == (["kimonote-20200101T000002Z.tar.gz", left[1]], 3)
    assert "kimonote.conf" in left


def test_nothing_is_left_of_a_backup_that_failed(
    site: BlogPage, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="is no folder"):
        call_command("backup", tmp_path / "none")
    with pytest.raises(CommandError, match="--keep is -1"):
        call_command("backup", folder, keep=-1)

    def broken(path: Path) -> None:
        path.write_bytes(b"SQLite format 3\0 but not for long")

    monkeypatch.setattr(databases, "dump", broken)
    with pytest.raises(CommandError, match=r"damaged|pg_restore failed"):
        call_command("backup", folder)
    assert not list(folder.iterdir())


def test_damaged_and_incomplete_backups_change_nothing(site: BlogPage, folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    call_command("make_backup_key", key)
    call_command("backup", folder, encrypt_to=[key.read_text().split()[3]])
    content = Path(newest(folder)).read_bytes()
    before = pages()
    damaged = tmp_path / "damaged"
    for spoiled in (content[:-1], content[: len(content) // 2], content[:-900] + bytes(900), b"", b"age-encryption.org/v1"):
        damaged.write_bytes(spoiled)
        with pytest.raises(CommandError, match=r"cannot be decrypted|no backup of Kimonote"):
            call_command("restore", damaged, overwrite=True, identity=key)
    other = tmp_path / "other"
    call_command("make_backup_key", other)
    with pytest.raises(CommandError, match="cannot be decrypted by this key"):
        call_command("restore", newest(folder), overwrite=True, identity=other)
    with pytest.raises(CommandError, match="name the file of the private key"):
        call_command("restore", newest(folder), overwrite=True)
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("make_backup_key", key)
    assert pages() == before


def packed(*members: tuple[str, bytes], manifest: dict[str, object] | None = None) -> io.BytesIO:
    """Return a backup with these members."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, content in (*members, *([(archive.MANIFEST, json.dumps(manifest).encode())] if manifest else [])):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return io.BytesIO(compress(file.getvalue()))


MADE: dict[str, object] = {"created": "2026-01-01T00:00:00+00:00", "vendor": "sqlite", "migrations": [], "sums": {}}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (packed(("media/../../etc/x", b"x"), manifest=MADE), "it holds 'media/../../etc/x'"),
        (packed(("/etc/x", b"x"), manifest=MADE), "it holds '/etc/x'"),
        (packed(("media//x", b"x"), manifest=MADE), "it holds 'media//x'"),
        (packed(("media/x", b"x")), "ends before its manifest"),
        (packed(("media/x", b"x"), manifest=MADE), "1 files differ"),
        (packed(manifest=MADE | {"sums": {"media/x": "0"}}), "1 files differ"),
        (packed(manifest=MADE | {"format": 7}), "format 7"),
        (packed(manifest={"made": "by hand"}), "manifest of the backup cannot be read"),
        (packed((archive.MANIFEST, b"{"), manifest=None), "manifest of the backup cannot be read"),
        (io.BytesIO(b"no backup"), "no backup of Kimonote"),
        (io.BytesIO(compress(b"no tar")), "no backup of Kimonote"),
        (io.BytesIO(packed(("media/x", b"x" * 999_999), manifest=MADE).getvalue()[:400]), "no backup of Kimonote"),
    ],
)
def test_hostile_files_are_refused(file: io.BytesIO, words: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=words.replace("(", r"\(")):
        archive.read(file, tmp_path / "new", print, with_media=True)
    assert not (tmp_path / "etc").exists()


def test_file_added_while_the_database_is_copied_is_in_the_backup(tmp_path: Path) -> None:
    (tmp_path / "media" / "images").mkdir(parents=True)
    (tmp_path / "media" / "images" / "a").write_bytes(b"a")

    def dump(path: Path) -> None:
        path.write_bytes(b"database")
        (tmp_path / "media" / "images" / "b").write_bytes(b"b")

    file = io.BytesIO()
    archive.write(file, Manifest("2026-01-01T00:00:00+00:00", "sqlite", []), tmp_path / "media", dump, print)
    file.seek(0)
    manifest = archive.read(file, tmp_path / "new", print, with_media=True)
    assert sorted(manifest.sums) == ["database", "media/images/a", "media/images/b"]
    assert (tmp_path / "new" / "media" / "images" / "b").read_bytes() == b"b"
