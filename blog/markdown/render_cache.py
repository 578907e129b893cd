"""A cache of rendered texts for one request: a text that is validated and then saved is rendered once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from blog.markdown.postprocessing import Rendered

_cache: ContextVar[dict[tuple[str, str], Rendered] | None] = ContextVar("rendered", default=None)


@contextmanager
def caching_renders(known: dict[str, Rendered] | None = None) -> Iterator[None]:
    """Cache rendered texts within the block: a form renders its text to validate it, and saving the post needs it again.

    When saving, the transaction may hold the lock for which others wait. Nothing is cached for longer than one request,
    since the pictures that a text names may change. `known` is what was rendered elsewhere, by text.
    """
    token = _cache.set({(text, rendered.code): rendered for text, rendered in (known or {}).items()})
    try:
        yield
    finally:
        _cache.reset(token)


def cached_render(text: str, render: Callable[[str], Rendered], code: str = "") -> Rendered:
    """Return a text's HTML, from the cache within `caching_renders`; `code` is that of the options."""
    cache = _cache.get()
    if cache is None:
        return render(text)
    if (text, code) not in cache:
        cache[text, code] = render(text)
    return cache[text, code]
