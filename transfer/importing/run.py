"""One import from beginning to end: files are read on every core, written in chunks, and counted in a report."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from django.db import OperationalError

from blog.models import Author, BlogPage, ImportedFile
from transfer.importing.history import Memory, Verdict
from transfer.importing.images import Gallery
from transfer.importing.prepare import Prepared, digest_of, prepare_all, rendered
from transfer.importing.report import Report
from transfer.importing.source import Options, Refusal
from transfer.importing.static_sites import image_paths as pictures
from transfer.importing.static_sites.find import Finding, Found
from transfer.importing.writing.writer import NotAll, Ready, Writer

CHUNK = 500  # posts in a transaction
LONGEST_KEY = 500  # characters of a file's path


class Import:
    """A run over some files into one blog. `report` is right at every moment, also when the run is interrupted."""

    def __init__(
        self,
        blog: BlogPage,
        options: Options,
        *,
        author: Author | None = None,
        dry_run: bool = False,
        overwrite: bool = False,
        jobs: int | None = None,
    ) -> None:
        self.blog, self.options, self.dry_run, self.overwrite, self.jobs = blog, options, dry_run, overwrite, jobs
        self.report = Report()
        self.writer = Writer(blog, self.report, author=author, dry_run=dry_run)
        self.gallery = Gallery(dry_run)

    def run(self, finding: Finding, step: Callable[[], object] = lambda: None) -> Report:
        """Import the files; `step` is called after each."""
        self.report.others = finding.others
        self.memory = Memory(self.blog, {found.key for found in finding.files})
        todo = list(self._verdicts(finding.files, step))
        verdicts = {found.key: verdict for found, verdict in todo}
        chunk: list[Ready] = []
        for prepared in prepare_all([found for found, _ in todo], self.options, self.jobs):
            ready = self._ready(prepared)
            if ready and verdicts[prepared.found.key] is Verdict.NEW:
                chunk.append(ready)
            elif ready:
                self._change(ready)
            if len(chunk) >= CHUNK:
                self._add(chunk)
                chunk = []
            step()
        self._add(chunk)
        self.report.images = len(self.gallery.made)
        self.report.missing_images = len(self.gallery.missing)
        return self.report

    def _verdicts(self, files: Iterable[Found], step: Callable[[], object]) -> Iterable[tuple[Found, Verdict]]:
        """The files that there is something to do for."""
        keys: set[str] = set()
        for found in files:
            try:
                verdict = self._verdict(found, keys)
            except Refusal as refusal:
                self.report.refuse(found.key, refusal.line, refusal.reason)
                step()
                continue
            if verdict is Verdict.UNCHANGED:
                self.report.unchanged += 1
                step()
            else:
                yield found, verdict

    def _verdict(self, found: Found, keys: set[str]) -> Verdict:
        if found.key in keys:
            raise Refusal("Another file of this run has the same path below its site's root: import one site at a time.")
        keys.add(found.key)
        if len(found.key) > LONGEST_KEY or not _is_text(found.key):
            raise Refusal(f"The file's path is longer than {LONGEST_KEY} characters, or is no UTF-8: rename it.")
        digest = digest_of(found)
        verdict = self.memory.verdict(found.key, digest, overwrite=self.overwrite)
        known = self.memory.find(found.key, digest)
        if verdict is Verdict.UNCHANGED and known and known.key != found.key and not self.dry_run:
            ImportedFile.objects.filter(pk=known.pk).update(key=found.key)
        return verdict

    def _ready(self, prepared: Prepared) -> Ready | None:
        """A post with its images taken and its text rendered; None when it was refused."""
        cover = None
        if prepared.post:
            body = self.gallery.put_into(prepared, prepared.post.body)
            if body != prepared.post.body or prepared.rendered is None:
                prepared = rendered(replace(prepared, post=replace(prepared.post, body=body)))
        if prepared.post and prepared.post.cover and not pictures.is_elsewhere(prepared.post.cover):
            cover = self.gallery.take(prepared, prepared.post.cover)
        if prepared.refusal:
            self._refuse(prepared, prepared.refusal)
            return None
        return Ready(prepared, cover, self.memory.find(prepared.found.key, prepared.digest))

    def _add(self, chunk: Sequence[Ready]) -> None:
        """Write new posts; where the database refuses one, in smaller chunks, until it stands alone."""
        if not chunk:
            return
        try:
            self.writer.add(chunk)
        except NotAll as some:
            for ready, refusal in some.refused:
                self._refuse(ready.prepared, refusal)
            refused = {ready.key for ready, _ in some.refused}
            self._add([ready for ready in chunk if ready.key not in refused])
        except OperationalError:
            raise  # the database itself fails: no other file would fare better
        except Exception as error:  # one bad file never stops the rest
            if len(chunk) == 1:
                self._refuse(chunk[0].prepared, Refusal(f"The database refused it: {_first_line(error)}"))
                return
            self._add(chunk[: len(chunk) // 2])
            self._add(chunk[len(chunk) // 2 :])

    def _change(self, ready: Ready) -> None:
        try:
            self.writer.change(ready, overwrite=self.overwrite)
        except Refusal as refusal:
            self._refuse(ready.prepared, refusal)
        except OperationalError:
            raise
        except Exception as error:
            self._refuse(ready.prepared, Refusal(f"The database refused it: {_first_line(error)}"))

    def _refuse(self, prepared: Prepared, refusal: Refusal) -> None:
        self.report.refuse(prepared.found.key, refusal.line, refusal.reason)
        self.gallery.discard(prepared.found.key)


def _is_text(key: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in key)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'without a word'}"
