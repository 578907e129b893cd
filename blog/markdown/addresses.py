"""Relative addresses in clean HTML, resolved against the address of what the text belongs to. Pure.

A text is stored with the addresses that its author wrote. A browser would resolve `image.png` against the page that shows the
text, which may be a listing, and a feed reader against whatever it takes for the base.
"""

import html as html_escapes
import re
from collections.abc import Callable
from urllib.parse import urljoin

# Exact for clean HTML: attributes are double-quoted, and `<`, `>` and `"` are escaped within them.
REFERRING_TAG = re.compile(r'<(?:a|audio|img|source|video)(?: [^\s"=<>/]+="[^"]*")+>')
ADDRESS = re.compile(r' (href|src|poster|srcset)="([^"]*)"')
MAY_BE_RELATIVE = re.compile(r' (?:href|src|poster|srcset)="(?!https?:|[/#"])')
MAY_LACK_A_HOST = re.compile(r' (?:href|src|poster|srcset)="(?!https?:)')
IS_RELATIVE = re.compile(r"(?![/#]|[a-z][a-z0-9+.-]*:).", re.IGNORECASE | re.DOTALL)
SITE = "http://site.invalid"


def from_root(html: str, path: str) -> str:
    """Return HTML whose relative addresses are paths from the root, resolved against a path; fragments stay as they are.

    >>> from_root('<a href="../c.html">c</a> <img src="d.png" alt=""> <a href="?page=2">2</a> <a href="#e">e</a>', "/a/b/")
    '<a href="/a/c.html">c</a> <img src="/a/b/d.png" alt=""> <a href="/a/b/?page=2">2</a> <a href="#e">e</a>'
    """
    if not MAY_BE_RELATIVE.search(html):  # true of most texts, and quick
        return html
    return _resolve_all(html, lambda address: _path_of(address, path) if IS_RELATIVE.match(address) else address)


def absolute(html: str, url: str) -> str:
    """Return HTML whose addresses are absolute URLs, resolved against one: for feed readers, which show it elsewhere.

    >>> absolute('<a href="/tags/a/">a</a> <a href="#b">b</a> <img src="//c.example/d.png">', "https://x.example/p/")
    '<a href="https://x.example/tags/a/">a</a> <a href="https://x.example/p/#b">b</a> <img src="https://c.example/d.png">'
    """
    if not MAY_LACK_A_HOST.search(html):
        return html
    return _resolve_all(html, lambda address: urljoin(url, address))


def _path_of(address: str, path: str) -> str:
    found = urljoin(SITE + path, address).removeprefix(SITE)
    return found if found.startswith("/") and not found.startswith("//") else address


def _resolve_all(html: str, resolve: Callable[[str], str]) -> str:
    def resolved(written: str) -> str:
        try:
            return html_escapes.escape(resolve(html_escapes.unescape(written)))
        except ValueError:  # such as "http://[": no address, but its author's
            return written

    def replace(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name != "srcset":
            return f' {name}="{resolved(value)}"'
        candidates = [candidate.partition(" ") for candidate in value.split(", ")]
        return f' {name}="{", ".join(resolved(address) + space + size for address, space, size in candidates)}"'

    return REFERRING_TAG.sub(lambda tag: ADDRESS.sub(replace, tag[0]), html)
