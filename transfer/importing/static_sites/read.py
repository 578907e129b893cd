"""Read a file's bytes as a post: decoded, split, its fields parsed, its template tags converted. No database, no settings."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from transfer.importing.source import ImportOptions, Notice, Refusal, SourcePost
from transfer.importing.static_sites import fields
from transfer.importing.static_sites.body import to_markdown
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.eleventy import data_pattern
from transfer.importing.static_sites.file_names import FileName, page_slug, parse_file_name
from transfer.importing.static_sites.find import SourceFile
from transfer.importing.static_sites.front_matter import FrontMatter, Value, from_texts, split_front_matter
from transfer.importing.static_sites.hash_tags import split_hash_tags
from transfer.importing.static_sites.languages import without_language
from transfer.importing.static_sites.permalinks import addresses_upwards, normalize_path, old_paths, own_permalink
from transfer.importing.static_sites.restructured_text import split_fields
from transfer.importing.words import _

MAX_FILE_BYTES = 2_000_000  # bytes of a file
MAX_TITLE = 255  # characters; of a subtitle too
DATE_IN_PATH = re.compile(r"(?:.*/)?(\d{4})/(\d{1,2})/(\d{1,2})(?:/|\Z)")
YAML_TIME = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?")
LOCAL_DATES = frozenset(("jekyll", "hexo"))  # generators that put the day in their own zone into addresses
MULTILINGUAL = frozenset(("hugo", "zola"))
LETTER = re.compile(r"[^\W\d_]")
HEADING = re.compile(r"\s*#[ \t]+(?P<hashed>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)|\s*(?P<underlined>[^\n]+)\n=+[ \t]*(?:\n|\Z)")


def read_post(file: SourceFile, raw: bytes, options: ImportOptions) -> SourcePost:
    """Return the post of a file. Raise Refusal with the line and the reason."""
    front_matter, text, first = _split(decode(raw, options.encoding), file.suffix)
    if not (front_matter and front_matter.values) and (metadata := file.metadata()):
        front_matter = split_front_matter(decode(metadata, options.encoding))[0]
    language, key = (
        without_language(file.site.configuration, file.key) if file.site.generator in MULTILINGUAL else ("", file.key)
    )
    name = parse_file_name(key)
    has_none, front_matter = front_matter is None, front_matter or FrontMatter()
    if (zone := file.site.time_zone) and not options.time_zone_given:
        options = replace(options, time_zone=zone)
        front_matter = _in_utc(front_matter) if file.site.generator == "jekyll" else front_matter
    draft = options.as_draft or fields.is_draft(front_matter, name)
    dates, front_matter = _dates(front_matter, name, options, draft=draft)
    if not dates and options.file_dates:
        dates = [datetime.fromtimestamp(file.path.stat().st_mtime, options.time_zone)]
    if not dates and not draft:
        raise _without_date(has_none)
    title, text = title_and_body(front_matter, text, name)
    hash_tags, text = split_hash_tags(text) if has_none or file.site.generator == "obsidian" else ((), text)
    body = to_markdown(text, front_matter, file, options.shortcodes)
    return SourcePost(
        title=title,
        subtitle=fields.truncate(fields.plain_text(front_matter.text(*fields.SUBTITLES)), MAX_TITLE),
        slug=page_slug(front_matter.text("slug") or _last(own_permalink(front_matter)) or _named(name, title)),
        body=body.text,
        published=dates[0] if dates else None,
        modified=fields.read_date(front_matter, fields.MODIFIED, options),
        expires=None if options.ignore_expiry else fields.read_date(front_matter, fields.EXPIRES, options),
        draft=draft,
        tags=fields.tags(front_matter, options.without_tags, hash_tags),
        authors=tuple(
            name if name.lower() in options.authors else file.site.authors.get(name.lower(), name)
            for name in fields.authors(front_matter)
        ),
        summary=fields.summary(front_matter, body.text),
        link=fields.link(front_matter),
        cover=fields.cover(front_matter),
        addresses=_addresses(front_matter, name, file, dates, options, language),
        lines={**front_matter.lines, "body": first},
        notices=front_matter.notices + _notes(title, front_matter),
        converted=dict(body.converted),
        hidden=dict(body.hidden),
        unconverted=dict(body.unconverted),
        dropped=dict(body.dropped),
    )


def _without_date(has_no_front_matter: bool) -> Refusal:
    cure = _(
        "write one, such as “date: 2018-05-31”, or import with --as-draft or --file-dates. "
        "A page that is no post, such as “About”, is not imported: write it here as a plain page."
    )
    return Refusal(
        _("There is neither front matter nor a date in the name: %(cure)s") % {"cure": cure}
        if has_no_front_matter
        else _("There is no date, neither in the front matter nor in the name: %(cure)s") % {"cure": cure}
    )


def decode(raw: bytes, encoding: str) -> str:
    """Return a file's bytes as text with `\\n` at the ends of lines; a byte order mark overrides `encoding`."""
    if len(raw) > MAX_FILE_BYTES:
        raise Refusal(
            _("The file has %(count)s bytes: a post may have %(max_file_bytes)s.")
            % {"count": f"{len(raw):,}", "max_file_bytes": f"{MAX_FILE_BYTES:,}"}
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = raw.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        wrong = raw[error.start : error.start + 1].hex()
        raise Refusal(
            _("The file is not %(encoding)s (byte 0x%(wrong)s): save it so, or name its --encoding.")
            % {"encoding": encoding, "wrong": wrong},
            line,
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Refusal(_("The file is empty."))
    if "\0" in text:
        raise Refusal(_("The file holds a NUL character: it is no text."), text.count("\n", 0, text.index("\0")) + 1)
    return text


def title_and_body(front_matter: FrontMatter, body: str, name: FileName) -> tuple[str, str]:
    """Return the title, and the text without the heading that it is, or repeats.

    It is that of the front matter, else a first heading, else the name; for a name without a letter the first words.
    """
    title = (
        fields.plain_text(re.sub(r"<(\w+)[^<>]*>(.*?)</\1>", r"\2", front_matter.text("title")))
        if front_matter.text("title")
        else ""
    )
    heading = HEADING.match(body)
    first = fields.plain_text(heading["hashed"] or heading["underlined"]) if heading else ""
    if heading and (not title or first.casefold() == title.casefold()):
        title, body = title or first, body[heading.end() :]
    if not title and not LETTER.search(name.title):
        title = fields.first_words(body)
    return fields.truncate(title or name.as_title or name.stem, MAX_TITLE), body


def _split(text: str, suffix: str) -> tuple[FrontMatter | None, str, int]:
    """Split a text into front matter, or a reStructuredText's fields, and body."""
    front_matter, body, first = split_front_matter(text)
    if suffix == ".rst" and front_matter is None:
        values, body = split_fields(text)
        return from_texts({**values}), body, 1 + text[: len(text) - len(body)].count("\n")
    return front_matter, body, first


def _in_utc(front_matter: FrontMatter) -> FrontMatter:
    """Return front matter whose whole timestamps are in UTC: YAML takes them so, whatever Jekyll's `timezone` says."""
    times = {key: f"{text} UTC" for key in fields.DATES if YAML_TIME.fullmatch(text := front_matter.text(key))}
    return replace(front_matter, values={**front_matter.values, **times})


def _dates(
    front_matter: FrontMatter, name: FileName, options: ImportOptions, *, draft: bool
) -> tuple[list[datetime], FrontMatter]:
    """Return the dates of the front matter, of the name and of the address; the first is the post's.

    A draft may have a date that cannot be read, which is noted.
    """
    dates: list[datetime | None] = []
    try:
        dates.append(fields.read_date(front_matter, fields.DATES, options))
    except Refusal as refusal:
        if not draft:
            raise
        front_matter = replace(front_matter, notices=(*front_matter.notices, Notice(refusal.line, refusal.reason)))
    in_address = DATE_IN_PATH.match(front_matter.text("path", "permalink", "url")) or DATE_IN_PATH.search(
        "/".join(name.folders)
    )
    for text in (name.date, "-".join(in_address.groups()) if in_address else ""):
        try:
            dates += [parse_date(text, options.time_zone)] if text else []
        except ValueError as error:
            if not any(dates) and not draft:
                raise Refusal(_("The name's date: %(error)s") % {"error": error}) from error
    return list(dict.fromkeys(date for date in dates if date)), front_matter


def _named(name: FileName, title: str) -> str:
    """Return what a post's address is made of where the front matter has none."""
    return name.title if LETTER.search(name.title) else title


def _last(address: str) -> str:
    """Return the last part of a path, without `.html`; that of `/Rust-1.42` has no suffix, that of `/2013/` says too little."""
    last = re.sub(r"\.(?:x?html?|php|aspx?)\Z", "", normalize_path(address).rsplit("/", 1)[-1])
    return last if LETTER.search(last) else ""


def _addresses(
    front_matter: FrontMatter, name: FileName, file: SourceFile, dates: list[datetime], options: ImportOptions, language: str
) -> tuple[str, ...]:
    only: dict[str, Value] = {key: front_matter.values[key] for key in ("categories", "category") if key in front_matter.values}
    categories = fields.tags(FrontMatter(only, front_matter.lines), frozenset())
    if file.site.generator in LOCAL_DATES:
        dates = [*(date.astimezone(file.site.time_zone or UTC) for date in dates), *dates]
    pattern = options.permalink or data_pattern(file.path, front_matter, file.site)
    return old_paths(front_matter, name, file.site, dates=dates, pattern=pattern, categories=categories, language=language)


def _notes(title: str, front_matter: FrontMatter) -> tuple[Notice, ...]:
    line = front_matter.line("aliases", "redirectfrom", "alias", "permalink", "url")
    upwards = [
        Notice(line, _("Its old address %(address)s leads upwards: left out.") % {"address": address})
        for address in addresses_upwards(front_matter)
    ]
    if title.endswith("…") and len(front_matter.text("title")) > MAX_TITLE:
        return (
            Notice(front_matter.line("title"), _("The title was cut to %(max_title)s characters.") % {"max_title": MAX_TITLE}),
            *upwards,
        )
    return tuple(upwards)
