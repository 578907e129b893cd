"""Import and export as jobs: what the worker does of what editors asked for in the admin."""

import shutil
import zipfile
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from blog.models import BlogPage
from blog.search import analyze_tables
from blog.services.version_job import make_soon
from jobs.files import UPLOAD
from jobs.kinds import JobFailed, Run
from transfer.exporting.export import Export
from transfer.importing.fetching import ImageFetcher
from transfer.importing.find import PostFinder
from transfer.importing.report import printable
from transfer.importing.run import Import
from transfer.importing.source import ImportOptions
from transfer.rights import blogs_to_export, blogs_to_import

ARCHIVE: Final = "export.zip"


def import_posts(run: Run) -> dict[str, int]:
    """Import what was uploaded; what is there already, of an earlier process too, is not imported again."""
    blog = _blog(run, blogs_to_import(run.user))
    asked = run.parameters
    zone = timezone.get_default_timezone()
    options = ImportOptions(time_zone=zone, as_draft=asked["as_draft"], file_dates=asked.get("file_dates", False))
    with ExitStack() as stack:
        fetched = Path(stack.enter_context(TemporaryDirectory(prefix="import-images-"))) if asked["fetch_images"] else None
        found = PostFinder(options, stack).find((run.folder / UPLOAD).iterdir())
        if not found.files and not found.refusals:
            raise JobFailed(_("There is nothing in this file that can be imported."))
        importer = Import(
            blog,
            options,
            dry_run=asked["dry_run"],
            overwrite=asked["overwrite"],
            fetcher=ImageFetcher(fetched) if fetched else None,
        )
        importer.report.form = asked.get("words", {})
        run.total = len(found.files)
        try:
            importer.run(found, run.step)
            analyze_tables()
        finally:
            for path, reason in importer.image_importer.refused.items():
                run.log(_("image refused: %(name)s: %(reason)s") % {"name": printable(path.name), "reason": reason})
            for address, reason in importer.image_importer.refused_addresses.items():
                words = _("image not fetched: %(name)s: %(reason)s")
                run.log(words % {"name": printable(address), "reason": printable(reason)})
            run.log(importer.report.text(dry_run=asked["dry_run"]))
    report = importer.report
    if report.images and not asked["dry_run"]:
        make_soon(run.user)
        run.log(_("The pictures' sizes and formats are made by a job of their own."))
    counts = {"imported": report.imported, "changed": report.changed, "unchanged": report.unchanged}
    return {**counts, "refused": len(report.refusals)}


def export_posts(run: Run) -> dict[str, Any]:
    """Write an export into an archive; a process that follows one that ended begins anew."""
    blog = _blog(run, blogs_to_export(run.user))
    folder = run.folder / "export"
    shutil.rmtree(folder, ignore_errors=True)
    export = Export(blog, folder, public_only=run.parameters["public_only"])
    run.total = export.total
    export.run(run.step)
    unfinished = run.folder / "unfinished.zip"
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
            run.step(0)
    unfinished.rename(run.folder / ARCHIVE)
    shutil.rmtree(folder)
    run.keep_file(ARCHIVE)
    for name in export.missing:
        run.log(_("file not found: %(name)s") % {"name": name})
    run.log(", ".join(f"{_(kind)} {count:,}" for kind, count in export.counts.items()) or _("a blog without posts"))
    return {"counts": dict(export.counts), "name": f"{blog.slug}-{timezone.localdate()}.zip"}


def _blog(run: Run, allowed: list[BlogPage]) -> BlogPage:
    """Return the blog that was asked for, if the user still may."""
    for blog in allowed:
        if blog.pk == run.parameters["blog"]:
            return blog
    raise JobFailed(_("There is no such blog, or you may no longer do this with it."))
