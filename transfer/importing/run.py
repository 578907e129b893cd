"""One import: files are read and rendered on every core, written in chunks, and counted in a report."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import OperationalError

from blog.models import Author, BlogPage, ImportedFile, PlainPage
from jobs.pauses import Pauses
from transfer.importing.chunk_size import ChunkSize, weight
from transfer.importing.exports.post import ExportedPost
from transfer.importing.fetching import ImageFetcher
from transfer.importing.find import FoundPosts
from transfer.importing.history import EarlierImport, FileStatus, ImportHistory
from transfer.importing.images import ImageImporter
from transfer.importing.own_export.read import OwnExport, OwnPost
from transfer.importing.prepare import PreparedFile, read_file, render_prepared
from transfer.importing.report import ImportReport
from transfer.importing.restoring.site import SiteRestorer, wanted_identities
from transfer.importing.source import ImportOptions, Refusal, is_text
from transfer.importing.sources import Source, digest_of, host_of
from transfer.importing.static_sites.find import SourceFile
from transfer.importing.static_sites.links import LinkedPost, LinkIndex, LinkResolver
from transfer.importing.static_sites.typography import switched_on
from transfer.importing.words import _
from transfer.importing.workers import WorkerPool
from transfer.importing.writing.build import state_label
from transfer.importing.writing.get_or_create import rename_logins
from transfer.importing.writing.plain_pages import create_page, paths_of_pages
from transfer.importing.writing.slugs import SlugAllocator
from transfer.importing.writing.switches import save_switches
from transfer.importing.writing.writer import PostsRefused, PostWriter, ReadyPost

MAX_KEY = 500  # characters of a file's path


class Import:
    """One import of files into one blog. `report` is up to date after each chunk, also when the run is interrupted."""

    def __init__(
        self,
        blog: BlogPage,
        options: ImportOptions,
        *,
        author: Author | None = None,
        dry_run: bool = False,
        overwrite: bool = False,
        jobs: int | None = None,
        fetcher: ImageFetcher | None = None,
        keep_typography: bool = False,
    ) -> None:
        self.blog, self.options, self.dry_run, self.overwrite, self.jobs = blog, options, dry_run, overwrite, jobs
        self.keep_typography = keep_typography
        self.report = ImportReport()
        self.writer = PostWriter(blog, self.report, author=author, dry_run=dry_run)
        self.pauses = Pauses()
        self.image_importer = ImageImporter(dry_run, fetcher, self.pauses)
        self.chunk_size = ChunkSize()
        self.restorers: dict[Path, SiteRestorer] = {}
        self.new_pages: set[int] = set()

    def run(self, found: FoundPosts, step: Callable[[], object] = lambda: None) -> ImportReport:
        """Import the files; `step` is called after each."""
        self.report.skipped, self.report.unread = found.skipped, found.unread
        if not self.dry_run:
            self.report.renamed_authors = rename_logins(self.options.authors)
        self.report.unit = "post" if any(isinstance(file, ExportedPost) for file in found.files) else "file"
        for refusal in found.refusals:
            self.report.add_refusal(*refusal)
        self.history = ImportHistory(self.blog, {file.key for file in found.files})
        pending = list(self._with_status(found.files, step))
        statuses = {file.key: status for file, status in pending}
        self._switch_on(found.files)
        chunk, filled = list[ReadyPost](), 0
        pages: list[ReadyPost] = []
        with WorkerPool(len(pending), self.jobs) as workers:
            read = list(workers.map(partial(read_file, options=self.options), [file for file, _ in pending]))
            self._restore(found.own, read, workers)
            self.links = self._link_index(read)
            if not self.dry_run:
                self.image_importer.import_all(read, workers)
            render = partial(render_prepared, options=self.blog.render_options)
            for prepared in workers.map(render, map(self._with_references, read)):
                ready = self._ready(prepared)
                if ready and ready.source.is_page:
                    pages.append(ready)
                elif ready and statuses[prepared.file.key] is FileStatus.NEW:
                    filled += weight(prepared)
                    if chunk and filled > self.chunk_size.weight:
                        self._add(chunk)
                        chunk, filled = [], weight(prepared)
                    chunk.append(ready)
                elif ready:
                    self._change(ready)
                step()
        self._add(chunk)
        for ready in sorted(pages, key=lambda page: page.source.addresses[:1]):  # each after the one above it
            self._add_page(ready)
        for restorer in self.restorers.values():
            restorer.after()
        self.report.images += len(self.image_importer.created)
        self.report.missing_images = len(self.image_importer.missing)
        self.report.types_not_taken = self.image_importer.types_not_taken
        self.report.blocked_images = self.image_importer.blocked
        self.report.fetched_images = self.image_importer.fetched
        return self.report

    def _restore(self, exports: Sequence[OwnExport], read: Sequence[PreparedFile], workers: WorkerPool) -> None:
        """Bring back what exports of Kimonote have beside their posts, and what posts refer to."""
        if self.dry_run or not exports:
            return
        wanted = wanted_identities(exports, [prepared.post for prepared in read if prepared.post])
        self.writer.identities = wanted.free(self.blog)
        for export in exports:
            restorer = SiteRestorer(self.blog, export, self.writer.identities, self.report, self.pauses)
            self.restorers[export.root] = restorer
            restorer.before(workers)
            self.image_importer.images |= restorer.images

    def _switch_on(self, files: Iterable[Source]) -> None:
        """Switch on in the blog what the old site's generator does to a text; the worker renders earlier posts anew."""
        sites = {file.site.root: file.site for file in files if isinstance(file, SourceFile)}.values()
        names = {name for site in sites for name in switched_on(site) if not getattr(self.blog, name)}
        if self.keep_typography or not names:
            return
        for name in sorted(names):
            setattr(self.blog, name, True)
            self.report.switched_on.append(str(BlogPage._meta.get_field(name).verbose_name))
        if not self.dry_run:
            save_switches(self.blog, names)

    def _with_status(self, files: Iterable[Source], step: Callable[[], object]) -> Iterable[tuple[Source, FileStatus]]:
        """Yield the files that are new or changed, count the unchanged and report the refused."""
        keys: set[str] = set()
        for file in files:
            try:
                status = self._status(file, keys)
            except Refusal as refusal:
                self.report.add_refusal(file.key, refusal.line, refusal.reason)
                step()
                continue
            if status is FileStatus.UNCHANGED:
                self.report.unchanged += 1
                step()
            else:
                yield file, status

    def _status(self, file: Source, keys: set[str]) -> FileStatus:
        if file.key in keys:
            raise Refusal(_("Another file of this run has the same path below its site's root: import one site at a time."))
        keys.add(file.key)
        if len(file.key) > MAX_KEY or not is_text(file.key):
            raise Refusal(
                _("The file's path is longer than %(max_key)s characters, or is no UTF-8: rename it.") % {"max_key": MAX_KEY}
            )
        digest = _digest(file)
        status = self.history.status(file.key, digest, overwrite=self.overwrite)
        known = self.history.find(file.key, digest)
        if status is FileStatus.UNCHANGED and known and known.key != file.key and not self.dry_run:
            ImportedFile.objects.filter(pk=known.pk).update(key=file.key)
        return status

    def _link_index(self, read: Sequence[PreparedFile]) -> LinkIndex:
        """Return the posts that links may lead to: those of this run, at the slugs they will get, and those of earlier runs."""
        new = [prepared for prepared in read if prepared.post and not self._known(prepared)]
        posts = [(prepared.file.key, prepared.post.slug) for prepared in new if prepared.post and not prepared.post.is_page]
        slugs = SlugAllocator().allocate(self.blog, [slug for _, slug in posts])
        slug_of = {prepared.file.key: prepared.post.slug for prepared in new if prepared.post}
        slug_of |= {key: slug for (key, _), slug in zip(posts, slugs, strict=True)}
        slug_of |= {prepared.file.key: known.slug for prepared in read if (known := self._known(prepared))}
        slug_of |= paths_of_pages([(prepared.file.key, prepared.post) for prepared in new if prepared.post])
        linked = [
            LinkedPost(prepared.file.key, slug_of[prepared.file.key], prepared.post.title, prepared.post.addresses)
            for prepared in read
            if prepared.post
        ]
        return LinkIndex.of([*linked, *self.history.linked_posts()])

    def _known(self, prepared: PreparedFile) -> EarlierImport | None:
        """Return the earlier import of a file whose post is still there."""
        known = self.history.find(prepared.file.key, prepared.digest)
        return known if known and known.post_id else None

    def _with_references(self, prepared: PreparedFile) -> PreparedFile:
        """Return a post whose links lead to the posts' addresses here, and whose images are in the library."""
        if prepared.post is None:
            return prepared
        if prepared.post.own:
            restorer = self.restorers.get(prepared.file.site.root) if isinstance(prepared.file, OwnPost) else None
            body = (
                restorer.with_references(prepared.post.body, prepared.post.own.references) if restorer else prepared.post.body
            )
            return replace(prepared, post=replace(prepared.post, body=body))
        links = LinkResolver(self.links, prepared.file.key, prepared.post.addresses, host_of(prepared.file))
        body = self.image_importer.replace_images(prepared, links.replace_links(prepared.post.body))
        if links.nowhere:
            self.report.links_to_nowhere[prepared.file.key] = links.nowhere
        return replace(prepared, post=replace(prepared.post, body=body))

    def _ready(self, prepared: PreparedFile) -> ReadyPost | None:
        """Import the cover of a post that was rendered; None where it was refused."""
        if prepared.refusal:
            self._refuse(prepared, prepared.refusal)
            return None
        cover = self.image_importer.import_cover(prepared)
        return ReadyPost(prepared, cover, self.history.find(prepared.file.key, prepared.digest))

    def _add(self, chunk: Sequence[ReadyPost]) -> None:
        """Write new posts; where the database refuses a chunk, write its halves, down to the one post that it refuses."""
        if not chunk:
            return
        try:
            seconds = self.writer.add(chunk)
            self.chunk_size.adapt(sum(weight(ready.prepared) for ready in chunk), seconds)
            self.pauses.after(seconds)
        except PostsRefused as error:
            for ready, refusal in error.refused:
                self._refuse(ready.prepared, refusal)
            refused = {ready.key for ready, _ in error.refused}
            self._add([ready for ready in chunk if ready.key not in refused])
        except OperationalError:
            raise  # the database itself fails: no other file would fare better
        except Exception as error:  # one bad file never stops the rest
            if len(chunk) == 1:
                self._refuse(
                    chunk[0].prepared,
                    Refusal(_("The database refused it: %(fault)s") % {"fault": _first_line(error)}),
                )
                return
            self._add(chunk[: len(chunk) // 2])
            self._add(chunk[len(chunk) // 2 :])

    def _add_page(self, ready: ReadyPost) -> None:
        """Write a plain page; one that is there already stays as it is."""
        start = time.monotonic()
        try:
            page = create_page(self.blog, ready.source, self.new_pages, dry_run=self.dry_run)
        except (Refusal, ValidationError) as error:
            line = ready.source.lines.get("title", 1)
            self._refuse(ready.prepared, error if isinstance(error, Refusal) else Refusal(" ".join(error.messages), line))
            return
        self.pauses.after(time.monotonic() - start)
        if page is None:
            self.report.unchanged += 1
            return
        self.new_pages.add(page.pk)
        self._report_page(page, ready)

    def _report_page(self, page: PlainPage, ready: ReadyPost) -> None:
        self.report.imported += 1
        self.report.plain_pages += 1
        self.report.states.update(filter(None, [state_label(page)]))
        if page.slug != ready.source.slug:
            self.report.add_notice(
                ready.key,
                1,
                _("“%(slug)s” is taken: the page is at %(place)s.") % {"slug": ready.source.slug, "place": page.slug},
            )
        for notice in ready.source.notices:
            self.report.add_notice(ready.key, notice.line, notice.sentence)

    def _change(self, ready: ReadyPost) -> None:
        try:
            self.pauses.after(self.writer.change(ready, overwrite=self.overwrite))
        except Refusal as refusal:
            self._refuse(ready.prepared, refusal)
        except OperationalError:
            raise
        except Exception as error:
            self._refuse(ready.prepared, Refusal(_("The database refused it: %(fault)s") % {"fault": _first_line(error)}))

    def _refuse(self, prepared: PreparedFile, refusal: Refusal) -> None:
        self.report.add_refusal(prepared.file.key, refusal.line, refusal.reason)
        self.image_importer.delete_images_of(prepared.file.key)


def _digest(file: Source) -> str:
    """Return a source's digest; "" where it cannot be read (`read_file` then refuses it)."""
    try:
        return digest_of(file)
    except OSError:
        return ""


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'without a word'}"
