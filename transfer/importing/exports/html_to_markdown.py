"""The HTML of a post as Markdown. Where Markdown has no form for something, its HTML stays, sanitised.

nh3 comes first: it parses as browsers do, and leaves elements that are closed and allowed. `MarkdownConverter` then finds no
script, no broken nesting and no unknown element.
"""

import re

import nh3
from bs4 import BeautifulSoup

from transfer.importing.exports.markdown_converter import MarkdownConverter
from transfer.importing.source import Refusal
from transfer.importing.words import _

MAX_HTML = 600_000  # characters of a post's HTML; its Markdown may have 300 kB
MAX_ELEMENTS = 20_000  # of a post
MAX_DEPTH = 100  # elements within each other; the Markdown itself may have as many
MAX_SPACES = 200  # side by side
ELEMENTS = frozenset(
    "a abbr audio b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i "
    "iframe img ins kbd li mark ol p pre q rp rt ruby s samp small source strong sub summary sup table tbody td tfoot th thead "
    "time tr u ul var video".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "dir"},
    "a": {"href"},
    "abbr": {"title"},
    "audio": {"src", "controls"},
    "code": {"class", "data-lang"},
    "iframe": {"src", "title"},
    "img": {"src", "alt"},
    "ol": {"start", "reversed", "type"},
    "pre": {"class", "data-lang"},
    "source": {"src"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "time": {"datetime"},
    "video": {"src", "poster", "controls", "width", "height"},
}
DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "noscript",
    "object",
    "template",
    "title",
    "textarea",
    "svg",
    "select",
    "button",
    "form",
}
# Elements that the next one of their kind closes: an unclosed one nests nothing.
UNCOUNTED = frozenset(
    "p li dt dd tr td th thead tbody tfoot br hr img input option source wbr link meta col area embed".split()
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ANCHORED_BEFORE = (
    "a",
    "audio",
    "dl",
    "figure",
    "hr",
    "iframe",
    "img",
    "ol",
    "pre",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
    "video",
)
FRAGMENT = re.compile(r"^[\w:.-]+$")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
LAZY_SOURCE = re.compile(
    r"<img\b[^<>]*?\sdata-(?:src|lazy-src|orig-file)\s*=\s*([\"'])(?P<url>[^\"'<>]+)\1[^<>]*>", re.IGNORECASE
)


def to_markdown(html: str) -> str:
    """Return HTML as Markdown that shows the same. Raise Refusal beyond the limits."""
    check_length(html)
    if html.count("<") > MAX_ELEMENTS and len(TAG.findall(html)) > 2 * MAX_ELEMENTS:
        raise Refusal(_("The HTML has more than %(max_elements)s elements.") % {"max_elements": f"{MAX_ELEMENTS:,}"})
    soup = BeautifulSoup(_sanitised(html), "html.parser")
    _anchor_fragments(soup)
    try:
        return MarkdownConverter().convert_soup(soup)
    except RecursionError as error:
        raise Refusal(_("The HTML nests its elements too deeply.")) from error


def _sanitised(html: str) -> str:
    html = LAZY_SOURCE.sub(lambda found: found[0].replace("<img", f'<img src="{found["url"]}"', 1), html)
    return nh3.clean(
        limit_complexity(html),
        tags=set(ELEMENTS),
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
        clean_content_tags=DROPPED_WITH_CONTENT,
    )


def check_length(html: str) -> None:
    if len(html) > MAX_HTML:
        raise Refusal(
            _("The text has %(count)s characters of HTML: a post may have %(max_html)s.")
            % {"count": f"{len(html):,}", "max_html": f"{MAX_HTML:,}"}
        )


def limit_complexity(html: str) -> str:
    """Return HTML without what takes nh3 or markdownify quadratic time. Raise Refusal for deep nesting.

    100,000 nested `<div>` took two minutes.
    """
    depth = 0
    for closing, name in TAG.findall(html):
        if name.lower() not in UNCOUNTED:
            depth = max(depth - 1, 0) if closing else depth + 1
        if depth > MAX_DEPTH:
            raise Refusal(_("The HTML nests more than %(max_depth)s elements within each other.") % {"max_depth": MAX_DEPTH})
    html = re.sub(r"&(?![a-zA-Z#])", "&amp;", html)  # in nh3
    return re.sub(rf"[ \t]{{{MAX_SPACES},}}", " " * MAX_SPACES, html)  # in markdownify


def _anchor_fragments(soup: BeautifulSoup) -> None:
    """Put an `<a id="…">` where a link of this text leads to; headings keep their id, all other ids go."""
    linked = {str(link["href"])[1:] for link in soup.find_all("a", href=True) if str(link["href"]).startswith("#")}
    for element in soup.find_all(id=FRAGMENT):
        name = str(element["id"])
        if element.name in HEADINGS and name in linked:
            continue
        del element["id"]
        if name in linked:
            anchor = soup.new_tag("a", id=name)
            if element.name in ANCHORED_BEFORE:
                element.insert_before(anchor)
            else:
                element.insert(0, anchor)
