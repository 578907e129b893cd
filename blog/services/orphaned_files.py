"""Files of versions that no row names any more: what is left where a process ended while it deleted or made an image."""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from typing import Final

from django.core.files.storage import storages
from wagtail.images import get_image_model

from blog.batches import batched
from blog.images.storage import PRIVATE, TOKEN_LENGTH, MediaFiles, private_name, public_name

VERSIONS: Final = "images/"
NAME: Final = re.compile(rf"\.[A-Za-z0-9]{{{TOKEN_LENGTH}}}\.")  # of a version; what else lies there is not ours
GRACE: Final = 3600  # seconds: a file is there before its row is committed
BATCH: Final = 500  # names in one query

logger = logging.getLogger(__name__)


def delete_orphaned_files() -> int:
    """Delete the files of versions, public and private, that belong to no image; return their number."""
    files: MediaFiles = storages["versions"]  # type: ignore[assignment]
    deleted = 0
    for names in batched(_old_names(files), BATCH):
        for name in _unknown(names):
            files.delete(name)
            deleted += 1
    if deleted:
        logger.info("Files of versions deleted that belong to no image: %d.", deleted)
    return deleted


def _old_names(files: MediaFiles) -> Iterator[str]:
    """Yield the names of versions' files, but not of new ones."""
    newest = time.time() - GRACE
    for folder in (VERSIONS, PRIVATE + VERSIONS):
        yield from (name for name in files.names(folder, newest) if NAME.search(name))


def _unknown(names: Iterable[str]) -> list[str]:
    """Return the names that no row has; a file that is being moved has either name."""
    asked = {public_name(name) for name in names}
    rows = get_image_model().get_rendition_model().objects.filter(file__in=asked | {private_name(name) for name in asked})
    known = {public_name(name) for name in rows.values_list("file", flat=True)}
    return [name for name in names if public_name(name) not in known]
