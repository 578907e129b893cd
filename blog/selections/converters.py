"""Parts of addresses, for routes."""


class Word:
    """A part of an address between slashes that begins a post's or a stream's: as Wagtail's own routes, in any script."""

    regex = r"[\w-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Expression(Word):
    """A selection's tags: anything between slashes, since what is wrong with it is answered in words."""

    regex = r"[^/]+"
