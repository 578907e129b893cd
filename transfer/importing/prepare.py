"""Reading and rendering files in worker processes, one for each core. Nothing here needs the database."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace

from blog.markdown import Rendered, RenderError, render, render_comment
from transfer.importing.source import ImportOptions, Refusal, SourceComment, SourcePost
from transfer.importing.sources import Source, digest_of, find_image, read_source
from transfer.importing.static_sites import image_paths

MIN_FILES_FOR_PROCESSES = 60  # up to here, starting processes takes longer than reading the files
QUEUED_PER_PROCESS = 40  # files per process that are read ahead


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that was read: either a post, rendered unless it shows images, or a refusal."""

    file: Source
    digest: str
    post: SourcePost | None = None
    rendered: Rendered | None = None
    refusal: Refusal | None = None
    comments: tuple[tuple[SourceComment, str], ...] = ()  # with their HTML


def prepare_file(file: Source, options: ImportOptions) -> PreparedFile:
    """Read a file, and render it unless its images must be imported first."""
    digest = ""
    try:
        digest = digest_of(file)
        post = read_source(file, options)
    except OSError as error:
        return PreparedFile(file, digest, refusal=Refusal(f"The file cannot be read: {error.strerror}."))
    except Refusal as refusal:
        return PreparedFile(file, digest, refusal=refusal)
    except Exception as error:  # one bad file never stops the rest
        return PreparedFile(file, digest, refusal=Refusal(f"The file cannot be understood: {type(error).__name__}: {error}."))
    prepared = PreparedFile(file, digest, post)
    return prepared if has_images(file, post) else render_prepared(prepared)


def has_images(file: Source, post: SourcePost) -> bool:
    """Say whether a post's text shows an image that lies where the post was found."""
    return any(find_image(file, target) for target in image_paths.image_targets(post.body))


def render_prepared(prepared: PreparedFile) -> PreparedFile:
    """Render a post that was read; where its text is beyond the limits, return a refusal instead."""
    if prepared.post is None:
        return prepared
    try:
        rendered = render(prepared.post.body)
        return replace(prepared, rendered=rendered, comments=tuple(_rendered_comments(prepared.post)))
    except RenderError as error:
        return replace(prepared, post=None, refusal=Refusal(str(error), prepared.post.lines.get("body", 1)))
    except Exception as error:
        reason = f"The text cannot be rendered: {type(error).__name__}: {error}."
        return replace(prepared, post=None, refusal=Refusal(reason, prepared.post.lines.get("body", 1)))


def _rendered_comments(post: SourcePost) -> Iterator[tuple[SourceComment, str]]:
    """Yield each comment with its HTML; none that is beyond the limits."""
    for comment in post.comments:
        with suppress(RenderError):
            yield comment, render_comment(comment.text)


def prepare_files(files: list[Source], options: ImportOptions, jobs: int | None = None) -> Iterator[PreparedFile]:
    """Read and render files, in their order; on `jobs` processes, by default one for each core."""
    jobs = jobs or len(os.sched_getaffinity(0))
    if jobs == 1 or len(files) <= MIN_FILES_FOR_PROCESSES:
        yield from (prepare_file(file, options) for file in files)
        return
    # Spawned, not forked: a fork would share the connection to the database.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=start_process)
    try:
        yield from _in_order(pool, files, options, jobs * QUEUED_PER_PROCESS)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, files: Iterable[Source], options: ImportOptions, ahead: int) -> Iterator[PreparedFile]:
    waiting: deque[tuple[Source, Future[PreparedFile] | None]] = deque()
    for file in files:
        waiting.append((file, _submit(pool, file, options)))
        if len(waiting) > ahead:
            yield _result(*waiting.popleft(), options)
    while waiting:
        yield _result(*waiting.popleft(), options)


def _submit(pool: ProcessPoolExecutor, file: Source, options: ImportOptions) -> "Future[PreparedFile] | None":
    try:
        return pool.submit(prepare_file, file, options)
    except BrokenProcessPool:
        return None


def _result(file: Source, future: "Future[PreparedFile] | None", options: ImportOptions) -> PreparedFile:
    """Return a process's result; where the process has ended (killed, out of memory), read the file here."""
    try:
        return future.result() if future else prepare_file(file, options)
    except BrokenProcessPool:
        return prepare_file(file, options)


def start_process() -> None:
    """Set up a worker process: it ignores Ctrl-C, which its parent handles, and ends when its parent does."""
    import django

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()


def _end_with_parent() -> None:
    """End this process when its parent has ended: a parent that was killed cannot shut its pool down."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
