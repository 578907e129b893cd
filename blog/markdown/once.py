"""A text that is checked and then saved, within one request, is rendered once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from blog.markdown.finish import Rendered

_kept: ContextVar[dict[str, Rendered] | None] = ContextVar("rendered", default=None)


@contextmanager
def rendered_once(known: dict[str, Rendered] | None = None) -> Iterator[None]:
    """Keep what is rendered until the end: a form renders its text to check it, and saving the post needs it again.

    That second time the transaction may hold the lock for which others wait. Nothing is kept for longer than one request,
    since the pictures that a text names may change. `known` is what was rendered elsewhere, by text.
    """
    token = _kept.set(dict(known or {}))
    try:
        yield
    finally:
        _kept.reset(token)


def render_or_recall(text: str, render: Callable[[str], Rendered]) -> Rendered:
    """Return what this text was rendered to within `rendered_once`, or else render it now."""
    kept = _kept.get()
    if kept is None:
        return render(text)
    if text not in kept:
        kept[text] = render(text)
    return kept[text]
