"""What named tags and shortcodes mean: images, figures, videos, links to posts, gists."""

import re
from collections.abc import Callable

from transfer.importing.static_sites.file_names import page_slug, take_apart
from transfer.importing.static_sites.template_tags.arguments import Arguments, parse_arguments
from transfer.importing.static_sites.template_tags.markup import IS_IMAGE, anchor, picture, video

IMAGE_TAGS = frozenset(
    "image img image_with_class picture figure fig responsive_image respimg responsiveimage imgproc include include_relative"
    " include_cached render".split()
)
PATHS = ("src", "image", "image_path", "path", "url", "file", "img", "filename")
Meaning = Callable[[Arguments, bool], "str | None"]


def meaning(name: str, arguments: str, *, as_html: bool) -> str | None:
    """A tag as Markdown (or HTML, within HTML); None when its meaning is not clear."""
    parsed = parse_arguments(arguments)
    name = name.lower()
    if name in IMAGE_TAGS:
        included = parsed.positional[0].lower() if name.startswith("include") and parsed.positional else ""
        if re.search("youtube|vimeo|video", included):
            return _video(included, parsed, as_html)
        return _picture(name, parsed, as_html)
    if name in ("youtube", "vimeo"):
        return _video(name, parsed, as_html)
    found = OTHERS.get(name)
    return found(parsed, as_html) if found else None


def _picture(name: str, given: Arguments, as_html: bool) -> str | None:
    named = [given.named[key] for key in PATHS if key in given.named]
    path = next((path for path in (*named, *given.positional) if IS_IMAGE.search(path)), "")
    if not path:
        return None
    beside = "/" not in path or path.startswith(("http:", "https:", "/", ".")) or name == "figure"
    source = path if beside else f"/{path}"  # the tags that take a bare path mean one below the site's root
    caption = given.get("caption", "title", "attr")
    return picture(source, given.get("alt") or _alt(name, given, path) or caption, caption, as_html=as_html)


def _alt(name: str, given: Arguments, path: str) -> str:
    """The positional text after the path; tags that also take a class have it in between."""
    if path not in given.positional:
        return ""
    rest = [word for word in given.positional[given.positional.index(path) + 1 :] if not word.isdigit()]
    if name == "img" and rest:  # Octopress: title, then alt
        return rest[-1]
    return (rest[1:] if name.endswith("with_class") else rest)[:1][0] if len(rest) > name.endswith("with_class") else ""


def _video(name: str, given: Arguments, as_html: bool) -> str | None:
    words = [*given.named.values(), *given.positional]
    found = next((found for word in words if (found := video(word, given.get("title", "caption")))), None)
    identifier = given.get("id", "videoid", "video_id") or next((word for word in given.positional if _is_video_id(word)), "")
    if not found and identifier:
        host = "https://vimeo.com/" if "vimeo" in name else "https://www.youtube.com/watch?v="
        found = video(host + identifier, given.get("title", "caption"))
    return anchor(*found, as_html=as_html) if found else None


def _is_video_id(word: str) -> bool:
    return bool(re.fullmatch(r"[\w-]{11}|\d{5,12}", word))


def _post_link(given: Arguments, as_html: bool) -> str | None:
    """`post_url`, `link`, `ref`, `relref`: the address that the post named so has here."""
    path, _, fragment = (given.get("path") or "".join(given.positional[:1])).partition("#")
    if not path:
        return f"#{fragment}" if fragment else None
    if re.search(r"\.(?!md\b|markdown\b|html?\b)\w+\Z", path):
        return f"/{path.lstrip('/')}"
    slug = page_slug(take_apart(re.sub(r"\.(?:md|markdown|html?)\Z", "", path) + ".md").title)
    return f"/{slug}/#{fragment}" if fragment else f"/{slug}/"


def _gist(given: Arguments, as_html: bool) -> str | None:
    path = (
        "/".join(given.positional[:2])
        if given.positional[:1] and "/" not in given.positional[0]
        else "".join(given.positional[:1])
    )
    path = path if re.fullmatch(r"(?:[\w-]+/)?[0-9a-f]+", path) else given.positional[0] if given.positional else ""
    return (
        anchor(f"https://gist.github.com/{path}", f"Gist {path}", as_html=as_html) if re.fullmatch(r"[\w/-]+", path) else None
    )


def _tweet(given: Arguments, as_html: bool) -> str | None:
    address = next((word for word in (*given.positional, *given.named.values()) if re.match(r"https?://", word)), "")
    number = given.get("id") or next((word for word in given.positional if re.fullmatch(r"\d{5,20}", word)), "")
    if not address and number:
        address = f"https://twitter.com/{given.get('user') or 'i'}/status/{number}"
    return anchor(address, "Tweet", as_html=as_html) if address else None


OTHERS: dict[str, Meaning] = {
    "post_url": _post_link,
    "link": _post_link,
    "ref": _post_link,
    "relref": _post_link,
    "gist": _gist,
    "tweet": _tweet,
    "twitter": _tweet,
    "x": _tweet,
}
