"""The model of a blog's public posts, in a file below VAR_DIR: the worker writes it, processes that suggest map it into memory.

With MEDIA_STORAGE it is in the bucket too, whence the other machines copy it.

A file is a line of JSON (where each array is) and the arrays one after the other. It is replaced as a whole. A process shares
its pages with all others, so that a model costs their memory once. No private post and no title is in it.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, NamedTuple

import numpy as np
from django.conf import settings
from django.core.files.storage import storages
from numpy.typing import NDArray

from blog.batches import batched
from blog.images.storage import StorageUnavailable
from blog.images.visibility import public_pages
from blog.models import BlogPage, PostPage
from blog.suggestions.model import SuggestionModel
from blog.suggestions.sparse import SparseRows
from blog.suggestions.text import TaggedPost
from blog.suggestions.training import MAX_POSTS, train
from blog.tagindex.store import read_revision

FOLDER: Final = "suggestions"
FORMAT: Final = 2  # raised when the files are to be written anew
TEXTS: Final = ("terms", "tags", "names", "authors")  # lists of texts without line breaks
ROWS: Final = ("posts", "centroids", "tags_of_posts", "shares")
CHUNK: Final = 500  # posts read at a time
ALIGNED: Final = 64  # bytes
LOOK_EVERY: Final = 60  # seconds between two looks into a bucket for a newer model
PAUSE: Final = 30  # times as long as learning took, before it is done again: the worker has other tasks

_models: dict[int, tuple[tuple[int, int], "StoredModel"]] = {}  # by blog, with the file's identity


class StoredModel(NamedTuple):
    """A model, and the revision whose posts it learnt from."""

    revision: int
    model: SuggestionModel


def model_of(blog: int) -> SuggestionModel | None:
    """Return the model of a blog; None where the worker has not made one yet."""
    try:
        path = _files().fetch(_name(blog), LOOK_EVERY)
        status = path.stat()
        identity = (status.st_ino, status.st_mtime_ns)
        if blog not in _models or _models[blog][0] != identity:
            _models[blog] = identity, read(path)
    except (OSError, ValueError, KeyError):  # there is none, or one of another format
        return None
    return _models[blog][1].model


def outdated() -> list[BlogPage]:
    """Return the blogs that have changed since their models were made; a large one not all the time."""
    revision = read_revision()
    return [blog for blog in BlogPage.objects.order_by("pk") if _is_due(blog.pk, revision)]


def refresh() -> list[BlogPage]:
    """Learn anew of each blog whose model is outdated, and return these."""
    blogs = outdated()
    for blog in blogs:
        revision, begun = read_revision(), time.monotonic()
        model = train(public_posts(blog))
        write(Path(settings.VAR) / _name(blog.pk), StoredModel(revision, model), time.monotonic() - begun)
        _files().put(_name(blog.pk))
    return blogs


def public_posts(blog: BlogPage) -> Iterator[TaggedPost]:
    """Yield the latest posts of a blog that anybody may read, in order of time, without keeping them in memory."""
    posts = (
        PostPage.objects.of_blog(blog.path).filter(pk__in=public_pages().values("pk"), tagged_items__isnull=False).distinct()
    )
    keys = list(posts.order_by("-published", "-pk").values_list("pk", flat=True)[:MAX_POSTS])[::-1]
    for some in batched(keys, CHUNK):
        chunk = PostPage.objects.filter(pk__in=some).defer("html", "toc", "excerpt")
        found = {post.pk: post for post in chunk.prefetch_related("tags", "post_authors__author")}
        yield from (_tagged(found[key]) for key in some if key in found)


def _tagged(post: PostPage) -> TaggedPost:
    return TaggedPost(
        title=post.title,
        text=post.body,
        summary=f"{post.subtitle}\n{post.summary}",
        authors=tuple(str(author.pk) for author in post.authors),
        tags=tuple(str(tag) for tag in post.tags.all()),
        key=post.pk,
    )


def write(path: Path, stored: StoredModel, seconds: float = 0) -> None:
    """Write a model that took so many seconds to learn, replacing the file that is there as a whole."""
    model = stored.model
    arrays: dict[str, NDArray[Any]] = {
        name: np.frombuffer("\n".join(getattr(model, name)).encode(), np.uint8) for name in TEXTS
    }
    arrays |= {"rarity": model.rarity, "keys": model.keys}
    for name in ROWS:
        rows: SparseRows = getattr(model, name)
        arrays |= {f"{name}.starts": rows.starts, f"{name}.columns": rows.columns, f"{name}.weights": rows.weights}
    places: dict[str, tuple[str, int, int]] = {}
    length = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, length, len(array))
        length += -(-array.nbytes // ALIGNED) * ALIGNED
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        header = {"format": FORMAT, "revision": stored.revision, "seconds": seconds, "arrays": places}
        file.write(json.dumps(header).encode() + b"\n")
        for array in arrays.values():
            file.write(array.tobytes() + bytes(-array.nbytes % ALIGNED))
    os.replace(file.name, path)


def read(path: Path) -> StoredModel:
    """Return a stored model. Raise OSError where there is none, ValueError or KeyError for what is none."""
    header, start = _header(path)
    data = np.asarray(np.memmap(path, np.uint8, "r", offset=start)) if path.stat().st_size > start else np.zeros(0, np.uint8)

    def array(name: str) -> Any:
        kind, begin, length = header["arrays"][name]
        return data[begin : begin + np.dtype(kind).itemsize * length].view(kind)

    texts: dict[str, Any] = {name: array(name).tobytes().decode().split("\n") if len(array(name)) else [] for name in TEXTS}
    rows: dict[str, Any] = {
        name: SparseRows(*(array(f"{name}.{part}") for part in ("starts", "columns", "weights"))) for name in ROWS
    }
    return StoredModel(header["revision"], SuggestionModel(rarity=array("rarity"), keys=array("keys"), **texts, **rows))


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return what the file's first line says, and its length."""
    with path.open("rb") as file:
        line = file.readline()
    header: dict[str, Any] = json.loads(line)
    if header["format"] != FORMAT:
        raise ValueError(f"{path} is of format {header['format']}, not {FORMAT}.")
    return header, len(line)


def _is_due(blog: int, revision: int) -> bool:
    """Return whether the model of a blog is of another revision, and learning it took a small part of the time since."""
    try:
        path = _files().fetch(_name(blog))
        header, _ = _header(path)
        age = time.time() - path.stat().st_mtime
        return bool(header["revision"] != revision and age >= header["seconds"] * PAUSE)
    except StorageUnavailable:  # nor could a new one be stored
        return False
    except (OSError, ValueError, KeyError):
        return True


def _name(blog: int) -> str:
    return f"{FOLDER}/{blog}.model"


def _files() -> Any:
    return storages["work"]
