"""A text that is checked and then saved, within one request, is rendered once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from blog.markdown.postprocessing import Rendered

_kept: ContextVar[dict[str, Rendered] | None] = ContextVar("rendered", default=None)


@contextmanager
def rendered_once(known: dict[str, Rendered] | None = None) -> Iterator[None]:
    """Cache rendered texts within the block: a form renders its text to validate it, and saving the post needs it again.

    When saving, the transaction may hold the lock for which others wait. Nothing is cached for longer than one request,
    since the pictures that a text names may change. `known` is what was rendered elsewhere, by text.
    """
    token = _kept.set(dict(known or {}))
    try:
        yield
    finally:
        _kept.reset(token)


def render_or_recall(text: str, render: Callable[[str], Rendered]) -> Rendered:
    """Return a text's HTML, from the cache within `rendered_once`."""
    kept = _kept.get()
    if kept is None:
        return render(text)
    if text not in kept:
        kept[text] = render(text)
    return kept[text]
