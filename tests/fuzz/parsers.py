"""Every parser of what strangers send, as a function of bytes, with samples to damage and the errors that it may raise."""

import tempfile
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl

import filetype
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from blog import documents, markdown
from blog.images.intake import ImageField, clean
from blog.markdown.limits import RenderError
from blog.selections.errors import SelectionError
from blog.selections.query import Reading, narrow
from blog.selections.selection import Selection
from blog.selections.slugs import slug
from comments.tokens import PUBLISH
from kimonote.backup import archive
from kimonote.backup.errors import BackupError
from mail import bounces
from mail.config.email_url import EmailURLError, parse_email_url
from mail.deliverability import dkim, spf_terms, tags
from publishing.indieauth import requests
from publishing.refusals import Refusal as PublishingRefusal
from tests.support import bounce_samples
from tests.support.importing import POST
from transfer.importing.dokuwiki import pages
from transfer.importing.exports.archives import unpacked
from transfer.importing.exports.detect import export_format, read_export
from transfer.importing.exports.html_to_markdown import to_markdown
from transfer.importing.exports.post import read_exported
from transfer.importing.own_export.read import DATA, read_own_export, read_own_pages, read_own_post
from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.find import find_files
from transfer.importing.static_sites.read import read_post
from web import addresses, networks, rates, tokens

EXPORTS = Path(__file__).parents[1] / "support" / "exports"
WIKI, HISTORY = (EXPORTS / f"dokuwiki/data/{name}" for name in ("pages/blog/2014/tugs.txt", "meta/blog/2014/tugs.changes"))
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2" width="3"><style>a{fill:red}</style><script>b</script>'
    b'<a href="#c"><path d="M0 0h3v2z" fill="url(#d)"/></a><text x="1">e</text></svg>'
)
MARKDOWN = (
    b"# A\n\n* b\n* [c](d 'e')\n\n|f|g|\n|-|-|\n|h|i|\n\n$x^2$ ![j](k.png) <b>l</b>[^1]\n\n[^1]: m\n",
    b"```py\nx=1\n```",
)


@dataclass(frozen=True)
class Parser:
    """One parser. `errors` are its ways to refuse."""

    parse: Callable[[bytes], object]
    samples: tuple[bytes, ...]
    errors: tuple[type[Exception], ...] = ()


def _text(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda raw: parse(raw.decode("utf-8", "replace"))


def _export(suffix: str) -> Callable[[bytes], object]:
    def parse(raw: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"export{suffix}"
            path.write_bytes(raw)
            name = export_format(path)
            if name is None:
                return None
            export, options = read_export(path, name, ImportOptions()), ImportOptions()
            return [_refused(lambda post=post: read_exported(post, options)) for post in export.posts]  # type: ignore[misc]

    return parse


def _refused(read: Callable[[], object]) -> object:
    """Return what was read, or why it was refused: the other posts of an export are imported all the same."""
    try:
        return read()
    except Refusal as refusal:
        return refusal


def _static(suffix: str) -> Callable[[bytes], object]:
    def parse(raw: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"2018-05-31-a{suffix}"
            path.write_bytes(raw)
            return [read_post(file, raw, ImportOptions()) for file in find_files([path]).files]

    return parse


def _eleventy(raw: bytes) -> object:
    """Read a text as the data of a post's folder, and as its layout."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in (".eleventy.js", "_includes/a.njk", "posts/posts.json", "posts/2018-05-31-a.md"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(raw)
        (root / "posts/2018-05-31-a.md").write_bytes(POSTS[0].replace(b"---\n", b"---\nlayout: a.njk\n", 1))
        return [read_post(file, file.path.read_bytes(), ImportOptions()) for file in find_files([root / "posts"]).files]


def _document(raw: bytes) -> None:
    """Look at a document under a name of its kind, and as text."""
    for suffix in (filetype.guess_extension(raw) or "pdf", "txt"):
        with suppress(ValidationError):
            documents.check(BytesIO(raw), f"a.{suffix}")


def _wiki(raw: bytes) -> object:
    """Read a text as a page of a DokuWiki, and as its history."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("data/pages/2018-05-31.txt", "data/meta/2018-05-31.changes"):
            (root / name).parent.mkdir(parents=True)
            (root / name).write_bytes(raw)
        found = pages.wiki_root(root)
        assert found
        return [pages.read_wiki_page(page, ImportOptions()) for page in pages.find_wiki_pages(found)[0]]


def _own_export(raw: bytes) -> object:
    """Read a text as a post and as a plain page of an export, and as what the export says of the site."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("_posts/2018-05-31-a.md", "_pages/a.md", DATA):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / DATA).write_text("kimonote: 1\n")
        (root / "_posts/2018-05-31-a.md").write_bytes(raw)
        (root / "_pages/a.md").write_bytes(raw)
        export = read_own_export(root)
        read = [_refused(lambda post=post: read_own_post(post, ImportOptions())) for post in export.posts]  # type: ignore[misc]
        read.append(read_own_pages(export))
        (root / DATA).write_bytes(raw)
        return [*read, read_own_export(root)]


def _archive(raw: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        path.write_bytes(raw)
        with unpacked(path) as files:
            return sorted(files.rglob("*"))


def _zipped(**files: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def _upload(raw: bytes) -> object:
    """Take a file in as the form of an upload does, under a name of its kind."""
    name = f"a.{filetype.guess_extension(raw) or 'svg'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Pillow warns of what it reads all the same
        return clean(ImageField().to_python(SimpleUploadedFile(name, raw)), name)


def _picture(form: str, **options: object) -> bytes:
    """Return a picture with metadata, of which a part is to be left out."""
    exif = Image.Exif()
    exif[0x010F] = "camera"
    written = BytesIO()
    Image.new("P", (3, 2)).convert("RGB").save(written, form, exif=exif, **options)  # type: ignore[arg-type]
    return written.getvalue()


def _backup(raw: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return archive.read(BytesIO(raw), Path(folder), str, with_media=True)


def _query(raw: bytes) -> object:
    given = dict(parse_qsl(raw.decode("utf-8", "replace"), max_num_fields=None))
    return narrow(Selection.parse(given.get("in", "")), given), Reading.parse(given)


POSTS = (
    POST.format(title="A").encode(),
    b'+++\ntitle = "A"\ndate = 2018-05-31\ntags = ["a"]\n+++\nText.\n',
    b'{"title": "A"}\nText',
)
PARSERS = {
    "selection": Parser(_text(Selection.parse), (b"a+b+-c", b"-c", b"how-we-work"), (SelectionError,)),
    "query": Parser(
        _query, (b"view=full&order=oldest&year=2018&before=5-1&in=a+-b", b"month=3&source=external"), (SelectionError,)
    ),
    "slug": Parser(_text(slug), (b"C++", "Grüße".encode())),
    "address": Parser(_text(addresses.normalise), (b"ada@example.org", "ü@exämple.org".encode()), (addresses.AddressError,)),
    "network": Parser(
        lambda raw: networks.client(*_two(raw), networks.read_networks(["127.0.0.1"])), (b"127.0.0.1 192.0.2.1, ::1",)
    ),
    "rates": Parser(_text(rates.read_limits), (b"network:20/hour address:3/day",), (ValueError,)),
    "token": Parser(_text(lambda token: tokens.read(PUBLISH, token)), (b"a:b:c",), (tokens.TokenError,)),
    "email URL": Parser(_text(parse_email_url), (b"smtp://a:b@mail.example:587?timeout=3",), (EmailURLError,)),
    "bounce": Parser(bounces.parse, (bounce_samples.exim("550 5.1.1 No such user"),)),
    "date": Parser(_text(lambda text: parse_date(text, UTC)), (b"2018-05-31 14:30 +02:00", b"31 May 2018"), (ValueError,)),
    "Markdown": Parser(_text(markdown.render), MARKDOWN, (RenderError,)),
    "comment": Parser(_text(markdown.render_comment), MARKDOWN, (RenderError,)),
    "HTML": Parser(_text(to_markdown), (b"<h1>a</h1><p>b <a href='c'>d</a><table><tr><td>e</table>",), (Refusal,)),
    "Markdown file": Parser(_static(".md"), POSTS, (Refusal,)),
    "HTML file": Parser(_static(".html"), POSTS, (Refusal,)),
    "Eleventy's data": Parser(
        _eleventy, (b'{"permalink": "/blog/{{ page.date | f(\'yyyy/MM\') }}/{{ page.fileSlug }}/"}',), (Refusal,)
    ),
    "document": Parser(_document, (b"%PDF-1.7", b"a,b", b"PK\x03\x04")),
    "WordPress": Parser(_export(".xml"), ((EXPORTS / "wordpress.xml").read_bytes(),), (Refusal,)),
    "RSS": Parser(_export(".rss"), ((EXPORTS / "feed.rss").read_bytes(),), (Refusal,)),
    "Atom": Parser(_export(".atom"), ((EXPORTS / "feed.atom").read_bytes(),), (Refusal,)),
    "JSON": Parser(_export(".json"), ((EXPORTS / "ghost.json").read_bytes(), (EXPORTS / "feed.json").read_bytes()), (Refusal,)),
    "bookmarks": Parser(_export(".html"), ((EXPORTS / "bookmarks.html").read_bytes(),), (Refusal,)),
    "DokuWiki": Parser(_wiki, (WIKI.read_bytes(), HISTORY.read_bytes()), (Refusal,)),
    "own export": Parser(_own_export, (POSTS[0], b"---\nkimonote: {id: 1, comments: [{date: 2018-05-31}]}\n---\n"), (Refusal,)),
    "archive": Parser(_archive, (_zipped(a=b"a" * 99, b=b"b"),), (Refusal,)),
    "picture": Parser(
        _upload,
        tuple(map(_picture, ("JPEG", "PNG", "WEBP", "GIF", "AVIF"))),
        (ValidationError,),
    ),
    "SVG": Parser(_upload, (SVG,), (ValidationError,)),
    "IndieAuth": Parser(
        _text(lambda query: requests.read(dict(parse_qsl(query)))),
        (
            b"response_type=code&client_id=https://a.example/&redirect_uri=https://a.example/b&scope=create&state=c"
            b"&code_challenge=" + b"d" * 43 + b"&code_challenge_method=S256",
        ),
        (PublishingRefusal,),
    ),
    "SPF": Parser(
        _text(lambda record: spf_terms.parse_terms(record, "a.example")),
        (b"v=spf1 ip4:192.0.2.0/24 a:%{d1r}.b.example/8//64 -exists:%{i}.c.example redirect=d.example",),
        (spf_terms.SpfError,),
    ),
    "DKIM": Parser(_text(lambda record: dkim.read_key((record,))), (b"v=DKIM1; k=rsa; h=sha256; p=TUlJQg==",), (dkim.Fault,)),
    "DMARC": Parser(_text(tags.parse_tags), (b"v=DMARC1; p=none; rua=mailto:a@b.example",), (tags.BadTags,)),
    "backup": Parser(_backup, (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",), (BackupError,)),
}


def _two(raw: bytes) -> tuple[str, str]:
    remote, _, forwarded = raw.decode("utf-8", "replace").partition(" ")
    return remote, forwarded
