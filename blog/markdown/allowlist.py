"""The HTML allowlist: elements, attributes and URLs of a text, for nh3 and for the settings of wagtail-markdown. Pure."""

import re

BLOCKS = "blockquote dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary ul"
TABLE = "caption table tbody td tfoot th thead tr"
INLINE = (
    "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby "
    "s samp small span strong sub sup time tt u var wbr"
)
MEDIA = "audio video"
MATHML = frozenset(
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle "
    "msub msubsup msup mtable mtd mtext mtr munder munderover".split()
)
FORMULA = frozenset(
    "accent accentunder class columnalign columnlines columnspacing depth display displaystyle fence form height largeop "
    "linethickness lspace mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace "
    "scriptlevel separator stretchy symmetric voffset width".split()
)
FORMULA_CLASSES = frozenset(
    "apart back dashed-bottom dashed-end dashed-start dashed-top end full half indent solid-bottom solid-end solid-start "
    "solid-top start tight-end tight-start tight-top".split()
)

TAGS = frozenset(f"{BLOCKS} {TABLE} {INLINE} {MEDIA}".split()) | MATHML
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "tabindex"},
    "a": {"aria-label", "href", "rel", "role", "title"},
    "abbr": {"title"},
    "audio": {"controls", "preload", "src"},
    "details": {"open"},
    "dfn": {"title"},
    "div": {"align"},
    "img": {"align", "alt", "height", "loading", "src", "title", "width"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "p": {"align"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "preload", "src", "width"},
} | {name: set(FORMULA) for name in MATHML}
# An address with a scheme that is safe, or with none: no colon before the path. Values are escaped, as they stand in HTML.
ADDRESS = re.compile(r"(?:https?|mailto|tel):.*|[^:/?#]*(?:[/?#].*)?", re.DOTALL | re.IGNORECASE)
SCHEMES = frozenset({"http", "https", "mailto", "tel", "page", "doc", "image"})  # the last three are wagtail-markdown's own
# Tags left out while what they contain is shown, if they are closed: one alone is a word in angle brackets, hence text.
CONTAINERS = frozenset(
    "acronym address article aside big body center fieldset font footer form header hgroup html label legend main nav noscript "
    "picture search section strike".split()
)
VOID_PARTS = {"source": {"audio", "picture", "video"}, "track": {"audio", "video"}}  # left out within these
