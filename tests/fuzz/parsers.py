"""Every parser of what strangers send, as a function of bytes, with samples to damage and the errors that it may raise."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl

from blog import markdown
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
from tests.support import bounce_samples
from tests.support.importing import POST
from transfer.importing.exports.detect import export_format, read_export
from transfer.importing.exports.html_to_markdown import to_markdown
from transfer.importing.exports.post import read_exported
from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.find import find_files
from transfer.importing.static_sites.read import read_post
from web import addresses, networks, rates, tokens

EXPORTS = Path(__file__).parents[1] / "support" / "exports"
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
    "WordPress": Parser(_export(".xml"), ((EXPORTS / "wordpress.xml").read_bytes(),), (Refusal,)),
    "RSS": Parser(_export(".rss"), ((EXPORTS / "feed.rss").read_bytes(),), (Refusal,)),
    "Atom": Parser(_export(".atom"), ((EXPORTS / "feed.atom").read_bytes(),), (Refusal,)),
    "JSON": Parser(_export(".json"), ((EXPORTS / "ghost.json").read_bytes(), (EXPORTS / "feed.json").read_bytes()), (Refusal,)),
    "bookmarks": Parser(_export(".html"), ((EXPORTS / "bookmarks.html").read_bytes(),), (Refusal,)),
    "backup": Parser(_backup, (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",), (BackupError,)),
}


def _two(raw: bytes) -> tuple[str, str]:
    remote, _, forwarded = raw.decode("utf-8", "replace").partition(" ")
    return remote, forwarded
