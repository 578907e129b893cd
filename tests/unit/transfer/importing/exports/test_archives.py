"""Archives: unpacked for any importer; slips, links and bombs are refused."""

import io
import warnings
import zipfile
from pathlib import Path
from tempfile import gettempdir

import pytest

from blog.models import BlogPage
from tests.support.checkout import ROOT
from tests.support.importing import counts, post, run_import, simple
from transfer.importing.exports import archives
from transfer.importing.exports.archives import unpacked
from transfer.importing.source import Refusal

EXPORTS = ROOT / "tests/support/exports"


def write_zip(path: Path, files: dict[str, str | bytes], mode: int = 0o100644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return path


def test_archive_of_an_export(blog: BlogPage, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "site.zip", {"old/ghost.json": (EXPORTS / "ghost.json").read_bytes(), "old/notes.txt": "x"})
    assert counts(run_import(blog, path)) == (8, 0, 0, 0)
    assert counts(run_import(blog, path)) == (0, 0, 8, 0)


def test_archive_of_a_static_site(blog: BlogPage, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "site.zip", {"_posts/a.md": simple("A"), "_config.yml": ""})
    assert counts(run_import(blog, path)) == (1, 0, 0, 0)
    assert counts(run_import(blog, path)) == (0, 0, 1, 0)
    assert post("a").title == "A"


@pytest.mark.parametrize("name", ["../out.md", "/out.md", "a/../../out.md", "..\\out.md", "C:/../../out.md"])
def test_file_outside_of_the_archive_is_refused(name: str, blog: BlogPage, tmp_path: Path) -> None:
    report = run_import(blog, write_zip(tmp_path / "x.zip", {name: ""}))
    assert "outside of its folder" in report.refusals[0][2]
    assert not list(tmp_path.rglob("out.md"))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a.md", "a.md"], "two files of one name, or one below another: “a.md”"),
        (["a", "a/b.md"], "two files of one name, or one below another: “a/b.md”"),
        (["a/b.md", "a"], "two files of one name, or one below another: “a”"),
        (["x" * 300], "cannot be unpacked: “" + "x" * 100 + "”: File name too long"),
    ],
)
def test_files_that_no_folder_can_hold_are_named(names: list[str], words: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive, warnings.catch_warnings(action="ignore"):
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(Refusal) as caught, unpacked(tmp_path / "x.zip"):
        pass
    assert words in str(caught.value.reason)
    assert str(Path(gettempdir())) not in caught.value.reason


def test_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.md": "x"})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flags of the file, and of its entry in the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(Refusal, match="has a password: pack it without one"), unpacked(path):
        pass


def test_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.md": "/etc/passwd"}, mode=0o120777)
    with pytest.raises(Refusal, match="a link"), unpacked(path):
        pass


def test_bomb_is_refused_and_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE_BYTES", 1_000_000)
    path = write_zip(tmp_path / "x.zip", {f"{number}.md": bytes(5_000_000) for number in range(4)})
    with pytest.raises(Refusal, match="larger than it may be"), unpacked(path):
        pass


def test_size_that_the_archive_says_is_not_believed(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.md": b"a" * 1000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(Refusal, match="cannot be unpacked"), unpacked(path):
        pass


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    with pytest.raises(Refusal, match="holds 3 files"), unpacked(write_zip(tmp_path / "x.zip", dict.fromkeys("abc", ""))):
        pass


def test_broken_archive_is_refused(blog: BlogPage, tmp_path: Path) -> None:
    buffer = io.BytesIO(write_zip(tmp_path / "x.zip", {"a.md": "x" * 10_000}).read_bytes())
    raw = bytearray(buffer.getvalue())
    raw[40:50] = b"\xff" * 10
    (tmp_path / "y.zip").write_bytes(raw)
    report = run_import(blog, tmp_path / "y.zip")
    assert "cannot be unpacked" in report.refusals[0][2]


def test_archive_that_is_cut_off_is_refused_as_one(blog: BlogPage, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.md": simple("A")})
    path.write_bytes(path.read_bytes()[:-40])
    report = run_import(blog, path)
    assert report.refusals == [("x.zip", 1, "The archive cannot be unpacked: File is not a zip file.")]
