"""XML of exports and feeds, read piece by piece by defusedxml: no entities of its own, nothing from elsewhere, not too deep."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from transfer.importing.source import Refusal
from transfer.importing.words import _

MAX_BYTES = 500_000_000  # of an XML file
MAX_DEPTH = 200  # elements within each other
CHUNK = 1 << 16  # bytes
CONTAINERS = frozenset(("rss", "channel", "feed", "RDF"))  # whose children are read one by one
FORBIDDEN = bytes(code for code in range(32) if code not in b"\t\n\r")  # control characters, which XML does not allow
NAMESPACES = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A child of a container, such as `<item>` or `<title>`, with the line it begins on."""

    element: Element
    line: int

    @property
    def name(self) -> str:
        return short_name(self.element.tag)

    def text(self, *names: str) -> str:
        """Return the text of the first of these children that is there and not empty."""
        return next((text for name in names for child in self.children(name) if (text := text_of(child))), "")

    def children(self, name: str) -> Iterator[Element]:
        return (child for child in self.element if short_name(child.tag) == name)


def short_name(tag: str) -> str:
    """Return an element's name with the usual prefix of its namespace: `wp:status`, `content:encoded`, `item`."""
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    if namespace.startswith("http://wordpress.org/export/"):
        return f"{'excerpt' if '/excerpt' in namespace else 'wp'}:{local}"
    prefix = NAMESPACES.get(namespace, "")
    return f"{prefix}:{local}" if prefix else local


def text_of(element: Element) -> str:
    return "".join(element.itertext()).strip()


class _Target:
    """What the parser calls: it builds a tree of each container's child."""

    def __init__(self) -> None:
        self.depth = 0
        self.first = 1  # line of the child that is built
        self.current_line: Callable[[], int] = lambda: 1
        self.builder: TreeBuilder | None = None
        self.inside = 0  # how deep in the child that is built
        self.items: list[Item] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refusal(
                _("The XML nests more than %(max_depth)s elements within each other.") % {"max_depth": MAX_DEPTH},
                self.current_line(),
            )
        if self.builder is None:
            if tag.rpartition("}")[2] in CONTAINERS:
                return
            self.builder, self.first = TreeBuilder(), self.current_line()
        self.inside += 1
        self.builder.start(tag, attributes)

    def data(self, text: str) -> None:
        if self.builder is not None:
            self.builder.data(text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.builder is None:
            return
        self.builder.end(tag)
        self.inside -= 1
        if not self.inside:
            self.items.append(Item(self.builder.close(), self.first))
            self.builder = None

    def close(self) -> None:
        pass


def read_items(path: Path) -> Iterator[Item]:
    """Yield the children of a file's containers. Raise Refusal, with the line, for XML that is broken or hostile."""
    if path.stat().st_size > MAX_BYTES:
        raise Refusal(
            _("The file has %(size)s bytes: an export may have %(max_bytes)s. Export fewer posts at once.")
            % {"size": f"{path.stat().st_size:,}", "max_bytes": f"{MAX_BYTES:,}"}
        )
    target = _Target()
    parser = DefusedXMLParser(target=target)
    target.current_line = lambda: parser.parser.CurrentLineNumber
    try:
        with path.open("rb") as file:
            is_ascii = not file.peek(2).startswith((b"\xff\xfe", b"\xfe\xff"))
            while chunk := file.read(CHUNK):
                _feed(parser, chunk.translate(None, FORBIDDEN) if is_ascii else chunk)
                yield from target.items
                target.items.clear()
        parser.close()
    except ParseError as error:
        raise Refusal(_("The XML cannot be read: %(msg)s.") % {"msg": error.msg}, error.position[0]) from error
    except DefusedXmlException as error:
        reason = _("The XML declares entities or includes other files (%(kind)s), which exports do not.")
        raise Refusal(reason % {"kind": type(error).__name__}, target.current_line()) from error


def _feed(parser: DefusedXMLParser, chunk: bytes) -> None:
    """Raise Refusal where the XML declares an encoding that expat does not read: one that is unknown, or of several bytes."""
    try:
        parser.feed(chunk)
    except (Refusal, DefusedXmlException):
        raise
    except (LookupError, ValueError) as error:
        reason = _("The XML declares an encoding that is not read here (%(error)s): save it as UTF-8.")
        raise Refusal(reason % {"error": error}, 1) from error
