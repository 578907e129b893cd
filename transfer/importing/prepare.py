"""Reading and rendering files: what worker processes do. Nothing here needs the database."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from blog.markdown import DEFAULTS, Rendered, RenderError, RenderOptions, render, render_comment
from blog.terms import indexed, searched_text
from transfer.importing.source import ImportOptions, Refusal, SourceComment, SourcePost
from transfer.importing.sources import Source, digest_of, read_source
from transfer.importing.words import _


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that was read: either a post, rendered or not yet, or a refusal."""

    file: Source
    digest: str
    post: SourcePost | None = None
    rendered: Rendered | None = None
    refusal: Refusal | None = None
    comments: tuple[tuple[SourceComment, str], ...] = ()  # with their HTML
    terms: dict[str, str] = field(default_factory=dict)  # of the text in which readers search, by that text


def read_file(file: Source, options: ImportOptions) -> PreparedFile:
    """Read a file."""
    digest = ""
    try:
        digest = digest_of(file)
        post = read_source(file, options)
    except Exception as error:
        return PreparedFile(file, digest, refusal=Refusal.of(error))
    return PreparedFile(file, digest, post)


def render_prepared(prepared: PreparedFile, options: RenderOptions = DEFAULTS) -> PreparedFile:
    """Render a post that was read; where its text is beyond the limits, return a refusal instead."""
    if prepared.post is None:
        return prepared
    try:
        rendered = render(prepared.post.body, options=options)
        text = searched_text(prepared.post.title, prepared.post.subtitle, prepared.post.summary, rendered.html)
        comments = tuple(_rendered_comments(prepared.post))
        return replace(prepared, rendered=rendered, comments=comments, terms={text: indexed(text)})
    except RenderError as error:
        return replace(prepared, post=None, refusal=Refusal(str(error), prepared.post.lines.get("body", 1)))
    except Exception as error:
        reason = _("The text cannot be rendered: %(kind)s: %(error)s.") % {"kind": type(error).__name__, "error": error}
        return replace(prepared, post=None, refusal=Refusal(reason, prepared.post.lines.get("body", 1)))


def _rendered_comments(post: SourcePost) -> Iterator[tuple[SourceComment, str]]:
    """Yield each comment with its HTML; none that is beyond the limits."""
    for comment in post.comments:
        with suppress(RenderError):
            yield comment, render_comment(comment.text)
