"""Content-Security-Policy (CSP 3) of what readers see. Pure."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256


def policy(**directives: str) -> str:
    """Return a Content-Security-Policy.

    >>> policy(default_src="'none'", img_src="'self' https:")
    "default-src 'none'; img-src 'self' https:"
    """
    return "; ".join(f"{name.replace('_', '-')} {sources}" for name, sources in directives.items())


# No script at all. Pictures from elsewhere: imported posts show them, and an editor chose each.
PUBLIC_POLICY = policy(
    default_src="'none'",
    style_src="'self'",
    img_src="'self' data: https:",
    media_src="'self' https:",
    font_src="'self'",
    connect_src="'self'",  # for a browser's own tools: Lighthouse asks for robots.txt from within the page
    form_action="'self'",
    base_uri="'none'",
    frame_ancestors="'none'",
)


@lru_cache(100)
def allowing(style: str) -> str:
    """Return the public policy that also allows this style element, by its hash (CSP 3, section 8.3)."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return PUBLIC_POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")
