"""`manage.py import_posts`: bring the posts of a static site, an export, a feed, bookmarks or a wiki into a blog."""

import codecs
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from tqdm import tqdm
from wagtail.models import Site

from blog.models import Author, BlogPage
from blog.search import analyze_tables
from transfer.importing.fetching import ImageFetcher
from transfer.importing.find import SOURCE_FORMATS, FoundPosts, PostFinder
from transfer.importing.report import printable
from transfer.importing.run import Import
from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.static_sites.author_file import read_authors
from transfer.importing.static_sites.permalink_patterns import STYLES, check_pattern
from transfer.importing.static_sites.shortcode_file import read_shortcodes

HELP = """Import posts. PATH may be:

  a folder or file of posts with front matter (YAML, TOML, JSON, or headers), as Jekyll, Hugo, Hakyll, Eleventy, Astro,
    Zola and Pelican have them: Markdown, MDX, literate Haskell, reStructuredText, and HTML with a date
  an export of WordPress (WXR, .xml) or Ghost (.json)
  a feed that was saved as a file: RSS, Atom or JSON Feed
  bookmarks that a browser or a service exported (Netscape's format, .html)
  the folder of a DokuWiki, with data/pages and data/meta
  a .zip of any of them

Which of them it is, the command finds out by itself; --format tells it otherwise.

A second run imports nothing twice: posts that changed there are written anew, unless somebody edited them here.
Each post is imported whole or not at all, and one that is refused never stops the others; the report names file, line and
reason. The exit status is 0 when nothing was refused, else 1.
"""
PERMALINK_HELP = f"how the old site made addresses: a pattern like /:year/:month/:title/, or one of {', '.join(STYLES)}"
EXAMPLES = """examples:
  manage.py import_posts ~/old-site --dry-run          say what would happen, write nothing
  manage.py import_posts ~/old-site/_posts             import
  manage.py import_posts wordpress.xml --root ~/old-site --fetch-images
  manage.py import_posts posts --timezone Europe/Vienna --permalink /:year/:month/:title/
"""
NOTHING_FOUND = (
    "There is nothing at these paths that can be imported: no post (.md, .mdx, .rst, .lhs, or .html with front matter and a "
    "date), and no export of WordPress or Ghost, no feed, bookmarks or DokuWiki that was recognised. If there is one, name it "
    "by its file and --format."
)


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="what to import: see above")
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
        parser.add_argument("--overwrite", action="store_true", help="let files win over what was edited or deleted here since")
        parser.add_argument("--as-draft", action="store_true", help="import every post as a draft; it then needs no date")
        parser.add_argument(
            "--file-dates", action="store_true", help="take when a file was last changed as the date of a post without one"
        )
        parser.add_argument("--ignore-expiry", action="store_true", help="import posts that expired as if they never did")
        parser.add_argument(
            "--blog", metavar="SLUG", help="the blog to import into, by its slug or number, if there are several"
        )
        parser.add_argument("--site", metavar="HOST", help="the same, by the host name of its site")
        parser.add_argument("--author", metavar="HANDLE", help="the author of posts that name none")
        parser.add_argument(
            "--authors",
            metavar="FILE",
            default={},
            type=lambda path: _file(path, read_authors),
            help="who is meant by an author's login: “LOGIN: NAME” lines, or a file as Jekyll and Hugo have it",
        )
        parser.add_argument("--timezone", metavar="ZONE", type=_zone, help="the time zone of dates without one (TIME_ZONE)")
        parser.add_argument("--permalink", metavar="PATTERN", default="", type=_pattern, help=PERMALINK_HELP)
        parser.add_argument(
            "--root", metavar="DIR", type=Path, help="the old site's folder, for its images; else it is guessed"
        )
        parser.add_argument("--format", choices=SOURCE_FORMATS, help="what PATH is, if it is not recognised")
        parser.add_argument(
            "--fetch-images", action="store_true", help="fetch the images that posts show from other sites into the library"
        )
        parser.add_argument("--without-tag", metavar="TAG", action="append", default=[], help="a tag to leave out (repeatable)")
        parser.add_argument(
            "--shortcodes",
            metavar="FILE",
            default={},
            type=lambda path: _file(path, lambda text, _suffix: read_shortcodes(text)),
            help="what the old site's own tags mean: “NAME: MEANING” lines",
        )
        parser.add_argument(
            "--keep-typography",
            action="store_true",
            help="leave the blog's switches for typographic signs and emoji codes as they are",
        )
        parser.add_argument("--encoding", default="utf-8", type=_encoding, help="the encoding of the files (utf-8)")
        parser.add_argument("--jobs", metavar="N", type=_jobs, help="processes to render on (one for each core)")

    def handle(self, **options: Any) -> None:
        with ExitStack() as stack:  # of temporary folders
            self._import(options, stack)

    def _import(self, options: dict[str, Any], stack: ExitStack) -> None:
        import_options = _options(options)
        folder = stack.enter_context(TemporaryDirectory(prefix="import-images-")) if options["fetch_images"] else None
        run = Import(
            find_blog(options["blog"], options["site"]),
            import_options,
            author=find_author(options["author"]),
            dry_run=options["dry_run"],
            overwrite=options["overwrite"],
            jobs=options["jobs"],
            fetcher=ImageFetcher(Path(folder)) if folder else None,
            keep_typography=options["keep_typography"],
        )
        finder = PostFinder(import_options, stack, root=options["root"], name=options["format"])
        found = self._find(finder, options["paths"])
        interrupted = False
        try:
            with tqdm(total=len(found.files), unit=" posts", disable=None) as bar:
                run.run(found, bar.update)
            analyze_tables()
        except KeyboardInterrupt:
            interrupted = True
        except OperationalError as error:
            raise CommandError(f"The database failed, after {run.report.total} files: {error}") from error
        finally:
            self._say(run, dry_run=options["dry_run"], verbose=options["verbosity"] > 1)
        if interrupted:
            self.stderr.write("Interrupted: what is imported stays, and the same command goes on from there.")
            sys.exit(130)
        if run.report.refusals:
            sys.exit(1)

    def _say(self, run: Import, *, dry_run: bool, verbose: bool) -> None:
        if verbose:
            for key, target in run.image_importer.missing:
                self.stdout.write(f"image not found: {printable(key)}: {printable(target)}")
            for key, targets in run.report.links_to_nowhere.items():
                for target in targets:
                    self.stdout.write(f"link to nowhere: {printable(key)}: {printable(target)}")
        for path, reason in run.image_importer.refused.items():
            self.stderr.write(f"image refused: {printable(str(path))}: {reason}")
        for address, reason in run.image_importer.refused_addresses.items():
            self.stderr.write(f"image not fetched: {printable(address)}: {printable(reason)}")
        self.stdout.write(run.report.text(dry_run=dry_run))

    def _find(self, finder: PostFinder, paths: list[Path]) -> FoundPosts:
        if finder.root and not finder.root.is_dir():
            raise CommandError(f"--root {finder.root} is no folder.")
        try:
            found = finder.find(paths)
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        if not found.files and not found.refusals:
            self.stderr.write(NOTHING_FOUND)
        return found


def _options(options: dict[str, Any]) -> ImportOptions:
    return ImportOptions(
        time_zone=options["timezone"] or timezone.get_default_timezone(),
        time_zone_given=bool(options["timezone"]),
        encoding=options["encoding"],
        as_draft=options["as_draft"],
        file_dates=options["file_dates"],
        ignore_expiry=options["ignore_expiry"],
        permalink=options["permalink"],
        shortcodes=options["shortcodes"],
        authors=options["authors"],
        without_tags=frozenset(tag.lower() for tag in options["without_tag"]),
    )


def find_blog(named: str | None, host: str | None) -> BlogPage:
    """Return the blog that was asked for, or the only one. Raise CommandError, which names those there are."""
    blogs: list[BlogPage] = list(BlogPage.objects.order_by("path"))
    sites = {site.root_page_id: site.hostname for site in Site.objects.all()}
    found = [
        blog
        for blog in blogs
        if (named is None or named in (blog.slug, str(blog.pk))) and (host is None or sites.get(blog.pk) == host)
    ]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{blog.slug} ({blog.pk}, {sites.get(blog.pk, 'on no site')})" for blog in blogs)
    if not blogs:
        raise CommandError("There is no blog yet: make one in the admin, or by `manage.py prepare`.")
    raise CommandError(
        f"{'Several blogs answer' if found else 'No blog answers'} to that: choose by --blog or --site. There are: {there}."
    )


def find_author(handle: str | None) -> Author | None:
    """Return the author of this handle. Raise CommandError, which names those there are."""
    if handle is None:
        return None
    author = Author.objects.filter(handle=handle.removeprefix("@").lower()).first()
    if author is None:
        there = ", ".join(Author.objects.values_list("handle", flat=True)[:20]) or "none yet: make one in the admin"
        raise CommandError(f"There is no author “{handle}”. There are: {there}.")
    return author


def _jobs(number: str) -> int:
    if not number.isdecimal() or int(number) < 1:
        raise ArgumentTypeError(f"“{number}” is no number of processes: write 1 or more.")
    return int(number)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ArgumentTypeError(f"“{name}” is no time zone: write it like Europe/Vienna.") from error


def _pattern(pattern: str) -> str:
    try:
        return check_pattern(pattern)
    except Refusal as refusal:
        raise ArgumentTypeError(str(refusal)) from refusal


def _file(path: str, read: Callable[[str, str], dict[str, str]]) -> dict[str, str]:
    """Return what a file of names and values says; `read` gets its text and the suffix of its name."""
    try:
        return read(Path(path).read_text("utf-8-sig"), Path(path).suffix)
    except OSError as error:
        raise ArgumentTypeError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ArgumentTypeError(f"{path} is not UTF-8: save it so.") from error
    except Refusal as refusal:
        raise ArgumentTypeError(f"{path}:{refusal.line}: {refusal.reason}") from refusal


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ArgumentTypeError(f"“{name}” is no encoding: write it like latin-1.") from error
