"""A file's bytes read as a post: decoded, parted, its fields understood, its template tags turned. No database, no settings."""

import re
from datetime import datetime

from transfer.importing.source import Note, Options, Refusal, SourcePost
from transfer.importing.static_sites import fields
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.file_names import Name, page_slug, take_apart
from transfer.importing.static_sites.find import Found
from transfer.importing.static_sites.front_matter import Header, Value, part
from transfer.importing.static_sites.permalinks import normal, old_addresses, own_address
from transfer.importing.static_sites.template_tags.convert import Turner

LARGEST = 2_000_000  # bytes of a file
LONGEST_TITLE = 255  # characters
HEADING = re.compile(r"\s*#[ \t]+(?P<hashed>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)|\s*(?P<underlined>[^\n]+)\n=+[ \t]*(?:\n|\Z)")


def read_post(found: Found, raw: bytes, options: Options) -> SourcePost:
    """Read a post; raises Refusal with the line and the reason."""
    header, body, first = part(decode(raw, options.encoding))
    name = take_apart(found.key)
    bare, header = header is None, header or Header()
    draft = options.as_draft or fields.is_draft(header, name)
    dates = _dates(header, name, options)
    if not dates and not draft:
        words = (
            "neither front matter nor a date in the name" if bare else "no date, neither in the front matter nor in the name"
        )
        raise Refusal(f"There is {words}: write one, such as “date: 2018-05-31”, or import with --as-draft.")
    title, body = title_and_body(header, body, name)
    turner = Turner(body, header)
    body = turner.markdown().strip("\n")
    names = fields.authors(header)
    return SourcePost(
        title=title,
        slug=page_slug(header.text("slug") or _last(own_address(header)) or name.title),
        body=with_authors(body, names[1:], options.together),
        published=dates[0] if dates else None,
        modified=fields.moment(header, fields.MODIFIED, options),
        expires=fields.moment(header, fields.EXPIRES, options),
        draft=draft,
        tags=fields.tags(header, options.without_tags),
        authors=names,
        summary=fields.summary(header, body),
        link=fields.link(header),
        cover=fields.cover(header),
        addresses=_addresses(header, name, found, dates, options),
        lines={**header.lines, "body": first},
        notes=header.notes + _notes(title, header),
        turned=dict(turner.turned),
        left=dict(turner.left),
    )


def decode(raw: bytes, encoding: str) -> str:
    """A file's bytes as text with `\\n` at its lines' ends; a byte order mark decides over `encoding`."""
    if len(raw) > LARGEST:
        raise Refusal(f"The file has {len(raw):,} bytes: a post may have {LARGEST:,}.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = raw.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        wrong = raw[error.start : error.start + 1].hex()
        raise Refusal(f"The file is not {encoding} (byte 0x{wrong}): save it so, or name its --encoding.", line) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Refusal("The file is empty.")
    if "\0" in text:
        raise Refusal("The file holds a NUL character: it is no text.", text.count("\n", 0, text.index("\0")) + 1)
    return text


def title_and_body(header: Header, body: str, name: Name) -> tuple[str, str]:
    """The title from the header; else the heading that the text begins with, which it then loses; else from the name."""
    title = fields.plain(re.sub(r"<(\w+)[^<>]*>(.*?)</\1>", r"\2", header.text("title"))) if header.text("title") else ""
    if not title and (heading := HEADING.match(body)):
        title, body = fields.plain(heading["hashed"] or heading["underlined"]), body[heading.end() :]
    return fields.shorten(title or name.words or name.stem, LONGEST_TITLE), body


def with_authors(body: str, others: tuple[str, ...], words: str) -> str:
    """The text with its further authors named below it: a post here has one author."""
    names = ", ".join(re.sub(r"([\\`*_\[\]<>])", r"\\\1", " ".join(name.split())) for name in others)
    return f"{body}\n\n*{words.format(names)}*" if others else body


def _dates(header: Header, name: Name, options: Options) -> list[datetime]:
    """The dates of the header and of the name: the first is the post's."""
    dates = [fields.moment(header, fields.DATES, options)]
    if name.date:
        try:
            dates.append(parse_date(name.date, options.zone))
        except ValueError as error:
            if dates[0] is None:
                raise Refusal(f"The name's date: {error}") from error
    return [date for date in dates if date]


def _last(address: str) -> str:
    """The last part of an address, without `.html`."""
    return re.sub(r"\.\w+\Z", "", normal(address).rsplit("/", 1)[-1])


def _addresses(header: Header, name: Name, found: Found, dates: list[datetime], options: Options) -> tuple[str, ...]:
    only: dict[str, Value] = {key: header.values[key] for key in ("categories", "category") if key in header.values}
    categories = fields.tags(Header(only, header.lines), frozenset())
    return old_addresses(header, name, found.site, dates=dates, pattern=options.permalink, categories=categories)


def _notes(title: str, header: Header) -> tuple[Note, ...]:
    if title.endswith("…") and len(header.text("title")) > LONGEST_TITLE:
        return (Note(header.line("title"), f"The title was cut to {LONGEST_TITLE} characters."),)
    return ()
