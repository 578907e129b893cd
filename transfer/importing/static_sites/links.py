"""Links from post to post: by file, by name, by old address, as wiki links; each leads to the post's present address.

A reference of a template tag (`post_url`, `ref`) stands in a text as `imported:NAME` until all posts are read.
"""

import posixpath
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urljoin

from transfer.importing.source import split_address
from transfer.importing.static_sites.file_names import ROOT_FOLDERS, parse_file_name
from transfer.importing.static_sites.permalinks import normalize_path
from transfer.importing.static_sites.targets import Target, TargetKind, replace_targets

IMPORTED = "imported:"  # scheme of a post that a template tag names
PAGE_SUFFIX = re.compile(r"\.(?:md|mdx|markdown|mdown|mkdn?|lhs|rst|html?)\Z", re.IGNORECASE)
SOURCE_SUFFIX = re.compile(r"\.(?:md|mdx|markdown|mdown|mkdn?|lhs|rst)\Z", re.IGNORECASE)
KNOWN_HERE = re.compile(r"/(?:\Z|tags/|streams/|image:|page:)")  # paths that the site itself may have


@dataclass(frozen=True, slots=True)
class LinkedPost:
    """A post that links may lead to: its file's path below the root, its slug here, its title and old addresses."""

    key: str
    slug: str
    title: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(slots=True)
class LinkIndex:
    """The posts of an import and of earlier ones, by all that a link may name them by."""

    by_name: dict[str, str] = field(default_factory=dict)  # slugs; by path, file name and title
    by_address: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, posts: Iterable[LinkedPost]) -> "LinkIndex":
        """Return an index; where two posts have a name in common, the first has it."""
        index = cls()
        for post in posts:
            for address in post.addresses:
                index.by_address.setdefault(_fold(address), post.slug)
            for name in _names(post):
                index.by_name.setdefault(_fold(name), post.slug)
        return index

    def find_name(self, name: str) -> str | None:
        """Return the slug of the post of this path, file name or title."""
        path = PAGE_SUFFIX.sub("", name.strip().removeprefix("@").strip("/"))
        path = re.sub(r"(?:\A|/)_?index\Z", "", path)
        parts = [part for part in path.split("/") if part not in (*ROOT_FOLDERS, "", ".", "..")]
        for candidate in ("/".join(parts), *parts[-1:], parse_file_name(f"{parts[-1]}.md").title if parts else ""):
            if candidate and (slug := self.by_name.get(_fold(candidate))):
                return slug
        return None

    def find_address(self, path: str) -> str | None:
        """Return the slug of the post that had this address, with or without `.html`."""
        address = normalize_path(path)
        candidates = (address, PAGE_SUFFIX.sub("", address), f"{address}.html")
        return next((slug for each in candidates if (slug := self.by_address.get(_fold(each)))), None)


class LinkResolver:
    """Puts present addresses into one post's text, and collects the links that lead nowhere."""

    def __init__(self, index: LinkIndex, key: str, addresses: tuple[str, ...], host: str = "") -> None:
        self.index, self.key, self.host = index, key, host
        self.address = addresses[0] if addresses else ""
        self.nowhere: list[str] = []

    def replace_links(self, text: str) -> str:
        return replace_targets(text, self.resolve)

    def resolve(self, target: Target) -> str | None:
        """Return the new address of a link; None where it stays as it is."""
        if target.kind is TargetKind.WIKI_LINK:
            return self._wiki_link(target)
        if target.address.startswith(IMPORTED):
            return self._named(target.address.removeprefix(IMPORTED))
        path, fragment = self._own_path(target.address)
        new = self._path(path, fragment, target.address) if path and target.kind is TargetKind.LINK else None
        return target.address if new is None and " " in target.address else new  # in angle brackets

    def _path(self, path: str, fragment: str, address: str) -> str | None:
        if slug := self._slug_of(path):
            return f"/{slug}/{fragment}"
        whole = self._whole(path)
        if KNOWN_HERE.match(whole):
            return None
        self.nowhere.append(address)
        return f"{quote(whole, safe='/%:@!$&+,;=~')}{fragment}" if whole != path else None

    def _own_path(self, address: str) -> tuple[str, str]:
        """Return the path of an address on the old site, and its query and fragment; "" for any other address."""
        parts = split_address(address)
        if (parts.scheme or parts.netloc) and not (self.host and parts.hostname == self.host and parts.scheme != "mailto"):
            return "", ""
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return unquote(parts.path), fragment

    def _slug_of(self, path: str) -> str | None:
        if path.startswith("@/") or SOURCE_SUFFIX.search(path):
            return self.index.find_name(self._file(path)) or self.index.find_name(path)
        absolute = urljoin(f"{self.address}/", path) if self.address else path
        file = self.index.find_name(self._file(path)) if not path.startswith("/") and "/" in path else None
        return self.index.find_address(absolute) or (self.index.find_address(path) if path.startswith("/") else file)

    def _file(self, path: str) -> str:
        """Return the path below the root of a file that is named beside this post's."""
        if path.startswith(("/", "@/")):
            return path
        return posixpath.normpath(posixpath.join(PurePosixPath(self.key).parent.as_posix(), path))

    def _whole(self, path: str) -> str:
        """Return the whole path on the old site of what is not in the import."""
        if path.startswith("@/") or SOURCE_SUFFIX.search(path):
            return _as_address(self._file(path))
        return urljoin(f"{self.address}/", path) if self.address and not path.startswith("/") else path

    def _named(self, reference: str) -> str:
        path, _, fragment = unquote(reference).partition("#")
        fragment = f"#{fragment}" if fragment else ""
        if slug := self.index.find_name(self._file(path)) or self.index.find_name(path) or self.index.find_address(path):
            return f"/{slug}/{fragment}"
        self.nowhere.append(path)
        return f"{quote(_as_address(path), safe='/')}{fragment}"

    def _wiki_link(self, target: Target) -> str | None:
        name, _, heading = target.address.partition("#")
        slug = self.index.find_name(name)
        if not slug:
            self.nowhere += [f"[[{target.address}]]"] if re.search(r"[^\W\d]", name) else []  # `[[2]]` cites a reference
            return None
        fragment = "#" + re.sub(r"[\W_]+", "-", heading.lower()).strip("-") if heading else ""
        text = re.sub(r"([\[\]\\])", r"\\\1", target.text)
        return f"[{text}](/{slug}/{fragment})"


def _as_address(path: str) -> str:
    """Return the path of a file as an address: content/topics/mobile.md is /topics/mobile/."""
    parts = [
        part for part in PAGE_SUFFIX.sub("", path).removeprefix("@").split("/") if part not in (*ROOT_FOLDERS, "", ".", "..")
    ]
    parts = parts[:-1] if parts[-1:] in (["index"], ["_index"]) else parts
    if not parts:
        return "/"
    return "/" + "/".join(parts) + ("" if "." in parts[-1] and not PAGE_SUFFIX.search(path) else "/")


def _names(post: LinkedPost) -> Iterable[str]:
    """Yield what a post's file is called: its path without root folders, its name with and without date, its title."""
    name = parse_file_name(post.key)
    yield "/".join((*name.folders, name.stem))
    yield from (name.stem, name.title, post.title)


def _fold(text: str) -> str:
    """Return the form in which names and addresses are compared."""
    return unicodedata.normalize("NFC", unquote(text)).casefold().strip("/ ")
