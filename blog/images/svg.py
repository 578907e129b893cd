"""SVG pictures: an allowlist of what draws, nothing that runs, loads or links; refused beyond the limits.

svg-hush, in Rust, drops every element, attribute and address that is not on its list. It is given only XML that defusedxml has
read: without entities, not too large and not too deep, since nesting takes it quadratic time.
"""

import re
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import ParseError

import willow
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from py_svg_hush import filter_svg

MAX_BYTES: Final = 2_000_000  # of a file
MAX_ELEMENTS: Final = 50_000
MAX_DEPTH: Final = 100  # elements within each other
MAX_SIDE: Final = 100_000  # pixels that a picture says of its width and height
EMBEDDED: Final = {"image": ["png", "jpeg", "gif", "webp"]}  # types of pictures within it, as data: URLs
ANIMATED_LINK: Final = re.compile(rb'\sattributeName="[^"]*href"')  # which svg-hush leaves; without it nothing is animated

TOO_LARGE = _("This SVG picture is too large or too deeply nested. Simplify it, or save it as PNG, and upload that.")
UNREADABLE_SVG = _("This SVG picture cannot be read. Open it in an editor, save it as “plain SVG”, and upload that.")


def is_svg(content: bytes) -> bool:
    """Return whether a file is one of XML, and so can be no picture but SVG."""
    return content[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def clean_svg(content: bytes) -> bytes:
    """Return an SVG picture with nothing in it but what draws. Raise ValidationError beyond the limits, or where it is none."""
    if len(content) > MAX_BYTES:
        raise ValidationError(TOO_LARGE, code="invalid_image")
    try:
        _check_structure(content)
        cleaned = ANIMATED_LINK.sub(b"", filter_svg(content, EMBEDDED))
        width, height = willow.Image.open(BytesIO(cleaned)).get_size()
    except ValidationError:
        raise
    except (DefusedXmlException, ParseError, ValueError, LookupError, ArithmeticError, willow.svg.WillowSvgException) as error:
        raise ValidationError(UNREADABLE_SVG, code="invalid_image") from error
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValidationError(UNREADABLE_SVG, code="invalid_image")
    return cleaned


def _check_structure(content: bytes) -> None:
    """Raise DefusedXmlException for entities, ParseError for broken XML, ValidationError for too many or too deep elements."""
    depth = elements = 0
    for event, element in iterparse(BytesIO(content), events=("start", "end")):
        if event == "end":
            depth -= 1
            element.clear()
            continue
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise ValidationError(TOO_LARGE, code="invalid_image")
