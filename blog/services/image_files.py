"""The files of images: versions made by the worker, and placed where the web server gives them away, or where it does not.

A version's file is public while its image is to be seen by anybody, on a page that does not expire; else the view sends it.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, AbstractRendition

from blog.images.storage import PRIVATE, private_name, public_name
from blog.images.versions import focal_point_key, make_versions, portrait_spec, wanted_specs
from blog.images.visibility import public_ids
from blog.models import Author
from blog.models.fields import IMAGE_FILTER, MarkdownField
from blog.models.revision import IndexRevision, locked_revision, raise_revision
from blog.models.usage import posts_that_use, references_to
from blog.services.image_claims import claimed

BATCH = 8  # images at a time: some seconds, after which the worker's other tasks have their turn
Version = tuple[str, str]  # a filter, and the key of the focal point that it depends on


def place_after_commit() -> None:
    """Place the files once the current transaction is committed, whatever else that has changed."""
    if not any(call[1] is place_image_files for call in connection.run_on_commit):
        transaction.on_commit(place_image_files, robust=True)


def place_image_files(images: Collection[int] | None = None) -> None:
    """Move the files of versions, perhaps of some images only, which are shown, or hidden, since.

    The posts that show them get the new addresses.
    """
    if not _misplaced(images):
        return
    with locked_revision():  # nobody publishes or hides anything meanwhile
        moved = {rendition.image_id: rendition.image for rendition in _misplaced(images) if _move(rendition)}
        if moved:
            raise_revision(_posts_that_show(moved.values()))


def _misplaced(images: Collection[int] | None) -> list[AbstractRendition]:
    """Return the versions whose files are public and ought not to be, or the other way round."""
    model = get_image_model()
    versions = model.get_rendition_model().objects.all()
    versions = versions if images is None else versions.filter(image__in=images)
    is_private = Q(file__startswith=PRIVATE)
    public = public_ids(model, images, lasting=True)
    hidden = set(versions.exclude(is_private).values_list("image_id", flat=True).distinct()) - public
    shown = set(versions.filter(is_private).values_list("image_id", flat=True).distinct()) & public
    wrong = versions.filter(Q(is_private, image__in=shown) | Q(~is_private, image__in=hidden))
    return list(wrong.select_related("image")) if hidden or shown else []


def _move(version: AbstractRendition) -> bool:
    """Move a version's file to the other folder, or find that an interrupted move has done so; return whether it is there.

    A file is moved before its row is committed: after a rollback the next run finds both as they are to be.
    """
    before = version.file.name
    after = public_name(before) if before.startswith(PRIVATE) else private_name(before)
    if not version.file.storage.move(before, after):
        return False
    type(version).objects.filter(pk=version.pk).update(file=after)
    return True


def _posts_that_show(images: Iterable[AbstractImage]) -> list[int]:
    return sorted({post for image in images for post in posts_that_use(references_to(image))})


class VersionMaker:
    """Makes the versions that are missing, a few images at a time, on all cores; the newest images first."""

    def __init__(self) -> None:
        self.complete: tuple[int, ...] | None = None  # the state in which nothing was missing
        self.waiting: deque[int] = deque()
        self.failed: set[tuple[int, str, Version]] = set()  # what is not tried again before the process ends

    def make_next(self) -> bool:
        """Make the versions of the next images; return whether there may be more to do."""
        if self.waiting:
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            return self.make_free(batch) or bool(self.waiting)
        state = _state()
        if state == self.complete:
            return False
        self.waiting.extend(self.incomplete())
        if not self.waiting:
            place_image_files()  # what a killed process left
            self.complete = _state()
        return bool(self.waiting)

    def make_all(self) -> None:
        """Make all versions that are missing."""
        while self.make_next():
            pass

    def incomplete(self) -> list[int]:
        """Return the images that lack a version, the newest first."""
        asked, made = _asked(), _made()
        images = get_image_model().objects.only("pk", "file", "width", "height").order_by("-pk")
        return [image.pk for image in images if self._missing(image, asked, made)]

    def _missing(self, image: AbstractImage, asked: dict[int, set[str]], made: dict[int, set[Version]]) -> list[Version]:
        own = [(spec, focal_point_key(image, spec)) for spec in asked.get(image.pk, ())]
        wanted = [*((spec, "") for spec in wanted_specs(image)), *own]
        known = made.get(image.pk, set())
        return [one for one in wanted if one not in known and (image.pk, image.file.name, one) not in self.failed]

    def make_free(self, batch: Sequence[int]) -> bool:
        """Make the versions of those images that no other worker makes; return whether there was one."""
        with ExitStack() as stack:
            free = [pk for pk in batch if stack.enter_context(claimed(pk))]
            if free:
                self._make(free)
            return bool(free)

    def _make(self, pks: Collection[int]) -> None:
        images = list(get_image_model().objects.filter(pk__in=pks))
        asked, known = _asked(), _made(pks)
        missing = {image: self._missing(image, asked, known) for image in images}
        make_versions([(image, [spec for spec, _ in versions]) for image, versions in missing.items()])
        made = _made(pks)
        for image, versions in missing.items():
            self.failed.update((image.pk, image.file.name, one) for one in versions if one not in made.get(image.pk, set()))
        if changed := [image for image in images if made.get(image.pk) != known.get(image.pk)]:
            with locked_revision():
                raise_revision(_posts_that_show(changed))
        place_image_files(pks)


def _state() -> tuple[int, ...]:
    """Return what changes whenever a version may be missing or misplaced."""
    model = get_image_model()
    revision = IndexRevision.objects.values_list("number", flat=True).first() or 0
    newest = model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return revision, newest, model.get_rendition_model().objects.count()


def _made(pks: Collection[int] | None = None) -> dict[int, set[Version]]:
    """Return the versions that there are, of some images or of all, by the id of their image."""
    rows = get_image_model().get_rendition_model().objects.values_list("image_id", "filter_spec", "focal_point_key")
    found: dict[int, set[Version]] = {}
    for image, spec, key in rows if pks is None else rows.filter(image_id__in=pks):
        found.setdefault(image, set()).add((spec, key))
    return found


def _asked() -> dict[int, set[str]]:
    """Return the filters of authors' pictures, and those that texts ask for (`image:9,filter=width-200`), by the image's id."""
    found: dict[int, set[str]] = {}
    for picture in get_image_model().objects.filter(pk__in=Author.objects.values("picture")):
        found.setdefault(picture.pk, set()).add(portrait_spec(picture))
    for text in _texts_with("filter="):
        for image, spec in IMAGE_FILTER.findall(text):
            found.setdefault(int(image), set()).add(spec)
    return found


def _texts_with(words: str) -> Iterator[str]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, MarkdownField):
                yield from model._base_manager.filter(**{f"{field.name}__contains": words}).values_list(field.name, flat=True)
