"""What the library of documents takes in, whichever way it comes: files of permitted types that are what their name says."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.documents import get_document_model

from blog.documents import PERMITTED, PIECE, check
from tests.support.editors import member_of

UPLOADS = ("/admin/documents/add/", "/admin/documents/multiple/add/", "/admin/documents/chooser/create/")
PDF = b"%PDF-1.7\n"
EXE = b"MZ\x90\0" + bytes(60)


def archive(*names: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as opened:
        for name in names:
            opened.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return file.getvalue()


CONTENTS = {
    "a.pdf": PDF,
    "a.PDF": PDF,
    "a.docx": archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "b.docx": archive("customXml/item1.xml", "word/document.xml"),
    "a.odt": archive("content.xml"),
    "a.epub": archive("mimetype", "META-INF/container.xml"),
    "a.zip": archive("a.txt"),
    "b.zip": archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "a.tar.gz": b"\x1f\x8b\x08" + bytes(20),
    "a.tar": bytes(257) + b"ustar" + bytes(250),
    "a.mp3": b"ID3\x04" + bytes(20),
    "a.opus": b"OggS" + bytes(20),
    "a.flac": b"fLaC" + bytes(20),
    "a.m4a": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42",
    "b.m4a": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "a.mp4": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    "a.webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(20),
    "a.txt": "Käse, 🧀".encode(),
    "long.csv": b"x" * (PIECE - 1) + "ä".encode() + b"x",  # a character that lies in two pieces
    "a.md": b"",
}
DISGUISED = {
    "setup.pdf": EXE,
    "page.pdf": b"<!doctype html><script>alert(1)</script>",
    "a.zip": PDF,
    "a.docx": PDF,
    "a.epub": archive("a.txt"),
    "a.mp3": PDF,
    "latin.txt": "Käse".encode("latin-1"),
    "utf16.csv": "a,b".encode("utf-16"),
    "nul.md": b"a\0b",
    "end.txt": b"x" * PIECE + b"\xc3",
}
FOREIGN = ("a.html", "a.svg", "a.js", "a.exe", "a.docm", "a.jpg", "pdf", "a", "a.pdf.exe", "a.txt ")


@pytest.mark.pure
@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_what_its_name_says_is_taken(name: str) -> None:
    file = BytesIO(CONTENTS[name])
    check(file, name)
    assert file.tell() == 0


@pytest.mark.pure
@pytest.mark.parametrize("name", DISGUISED)
def test_what_is_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check(BytesIO(DISGUISED[name]), name)
    assert f"“{name}” is not " in refusal.value.messages[0]


@pytest.mark.pure
@pytest.mark.parametrize("name", FOREIGN)
def test_other_types_are_refused_and_those_taken_are_named(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check(BytesIO(PDF), name)
    assert refusal.value.messages == [
        f"“{name}” is of a type that is not taken. These types are taken: {', '.join(PERMITTED)}."
    ]


def uploaded(client: Client, address: str, name: str, content: bytes) -> str:
    """Return the response to an upload, as the forms of the admin send it."""
    prefix = "document-chooser-upload-" if "chooser" in address else ""
    fields = {f"{prefix}title": "Paper", f"{prefix}collection": "1", f"{prefix}tags": ""}
    key = "files[]" if "multiple" in address else f"{prefix}file"
    file = SimpleUploadedFile(name, content)
    response = client.post(address, {**fields, key: file}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code in (200, 302)
    return response.content.decode().encode().decode("unicode_escape") if "json" in response["Content-Type"] else response.text


@pytest.fixture
def editor(client: Client, db: None, media: Path) -> Client:
    client.force_login(member_of("Moderators"))
    return client


@pytest.mark.parametrize("address", UPLOADS)
def test_every_form_says_what_is_wrong(editor: Client, address: str) -> None:
    assert "“setup.pdf” is not what its name says: its content is “exe”." in uploaded(editor, address, "setup.pdf", EXE)
    assert "“a.html” is of a type that is not taken." in uploaded(editor, address, "a.html", b"<p>")
    assert not get_document_model().objects.exists()
    uploaded(editor, address, "paper.pdf", PDF)
    with get_document_model().objects.get().open_file() as file:
        assert file.read() == PDF


def test_a_name_is_no_markup(editor: Client) -> None:
    refusal = uploaded(editor, UPLOADS[1], "<img src=x onerror=alert(1)>.html", b"<p>")
    assert "“_img src=x onerror=alert(1)_.html”" in refusal


def test_too_large_a_file_is_refused(editor: Client) -> None:
    assert "Maximum filesize 25.0" in uploaded(editor, UPLOADS[1], "a.pdf", PDF + bytes(25 * 2**20))


def test_a_document_from_before_stays_editable_and_its_next_file_is_checked(editor: Client) -> None:
    model = get_document_model()
    model.objects.bulk_create([model(title="Old", file=ContentFile(b"<p>", "old.html"))])  # sends no signal
    old = model.objects.get()
    address, fields = f"/admin/documents/edit/{old.pk}/", {"title": "New", "collection": "1", "tags": ""}
    assert editor.post(address, fields).status_code == 302
    old.refresh_from_db()
    assert (old.title, old.filename) == ("New", "old.html")
    response = editor.post(address, {**fields, "file": SimpleUploadedFile("new.html", b"<p>")})
    assert "“new.html” is of a type that is not taken." in response.text
    assert editor.post(address, {**fields, "file": SimpleUploadedFile("new.pdf", PDF)}).status_code == 302


def test_whoever_saves_a_document_is_refused(db: None, media: Path) -> None:
    with pytest.raises(ValidationError, match="setup"):
        get_document_model().objects.create(title="Setup", file=ContentFile(EXE, "setup.pdf"))
    assert not get_document_model().objects.exists()
