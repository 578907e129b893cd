"""Path converters of the URLconf."""


class WordConverter:
    """A path segment that is the slug of a post or stream: as in Wagtail's own routes, in any script."""

    regex = r"[\w-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ExpressionConverter(WordConverter):
    """A path segment that is a selection's expression: any text, since the view explains errors."""

    regex = r"[^/]+"


class DigestConverter(WordConverter):
    """The last part of a digest feed's path: its frequency and its format."""

    regex = r"(?:daily|weekly|monthly)\.(?:rss|atom|json)"
