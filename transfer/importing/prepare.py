"""Reading and rendering files, on every core: what of an import needs no database runs in processes of its own."""

import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from blog.markdown import Rendered, RenderError, render
from transfer.importing.source import Options, Refusal, SourcePost
from transfer.importing.static_sites import image_paths as pictures
from transfer.importing.static_sites.find import Found
from transfer.importing.static_sites.read import read_post

FEW = 60  # files for which starting processes takes longer than reading them
AHEAD = 40  # files per process that may be ready before they are asked for


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file read: a post, perhaps rendered already; or the reason why not."""

    found: Found
    digest: str
    post: SourcePost | None = None
    rendered: Rendered | None = None
    refusal: Refusal | None = None


def digest_of(found: Found) -> str:
    """The SHA-256 of a file; nothing when it cannot be read, which reading it will then say."""
    try:
        return hashlib.sha256(found.path.read_bytes()).hexdigest()
    except OSError:
        return ""


def prepare(found: Found, options: Options) -> Prepared:
    """Read a file, and render it unless images must be put into the database first."""
    digest = ""
    try:
        raw = found.path.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        post = read_post(found, raw, options)
    except OSError as error:
        return Prepared(found, digest, refusal=Refusal(f"The file cannot be read: {error.strerror}."))
    except Refusal as refusal:
        return Prepared(found, digest, refusal=refusal)
    except Exception as error:  # one bad file never stops the rest
        return Prepared(found, digest, refusal=Refusal(f"The file cannot be understood: {type(error).__name__}: {error}."))
    prepared = Prepared(found, digest, post)
    return prepared if has_pictures(found, post) else rendered(prepared)


def has_pictures(found: Found, post: SourcePost) -> bool:
    """Say whether a post's text shows an image that lies beside it or below its site's root."""
    return any(pictures.find(target, found.path, found.site) for target in pictures.targets(post.body))


def rendered(prepared: Prepared) -> Prepared:
    """Render a post that was read; the reason in its place when its text is beyond the limits."""
    if prepared.post is None:
        return prepared
    try:
        return replace(prepared, rendered=render(prepared.post.body))
    except RenderError as error:
        return replace(prepared, post=None, refusal=Refusal(str(error), prepared.post.lines.get("body", 1)))
    except Exception as error:
        reason = f"The text cannot be rendered: {type(error).__name__}: {error}."
        return replace(prepared, post=None, refusal=Refusal(reason, prepared.post.lines.get("body", 1)))


def prepare_all(files: list[Found], options: Options, jobs: int | None = None) -> Iterator[Prepared]:
    """Read and render files, in their order; on `jobs` processes, by default one for each core."""
    jobs = jobs or len(os.sched_getaffinity(0))
    if jobs == 1 or len(files) <= FEW:
        yield from (prepare(found, options) for found in files)
        return
    # Spawned, not forked: a fork would share the connection to the database.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=start_process)
    try:
        yield from _in_order(pool, files, options, jobs * AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, files: Iterable[Found], options: Options, ahead: int) -> Iterator[Prepared]:
    waiting: deque[tuple[Found, Future[Prepared] | None]] = deque()
    for found in files:
        waiting.append((found, _submit(pool, found, options)))
        if len(waiting) > ahead:
            yield _result(*waiting.popleft(), options)
    while waiting:
        yield _result(*waiting.popleft(), options)


def _submit(pool: ProcessPoolExecutor, found: Found, options: Options) -> "Future[Prepared] | None":
    try:
        return pool.submit(prepare, found, options)
    except BrokenProcessPool:
        return None


def _result(found: Found, future: "Future[Prepared] | None", options: Options) -> Prepared:
    """The result; of a process that ended (killed, out of memory) the file is read here instead."""
    try:
        return future.result() if future else prepare(found, options)
    except BrokenProcessPool:
        return prepare(found, options)


def start_process() -> None:
    """Make a spawned process ready for rendering; it ends with its parent, whose business an interruption is."""
    import django

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()


def _end_with_parent() -> None:
    """A parent that is killed tells nobody, and its processes would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
