"""Convert tags and shortcodes that are known by name (figures, videos, links to posts, gists) or by a picture's path."""

import html
import re
from collections.abc import Callable

from transfer.importing.static_sites.template_tags.arguments import TagArguments, parse_arguments
from transfer.importing.static_sites.template_tags.markup import IMAGE_PATH, image, link, link_target, video_page

IMAGE_TAGS = frozenset(
    "image img image_with_class picture figure fig responsive_image respimg responsiveimage imgproc include include_relative"
    " include_cached render".split()
)
ROOT_PATH_TAGS = IMAGE_TAGS - {"figure"}  # tags whose bare path is one below the site's root
PATHS = ("src", "image", "image_path", "path", "url", "file", "img", "filename")
Converter = Callable[[TagArguments, bool], "str | None"]


def convert_known_tag(name: str, arguments: str, *, as_html: bool) -> str | None:
    """Return a tag as Markdown (or as HTML, within HTML); None where it is not known."""
    parsed = parse_arguments(arguments)
    name = name.lower()
    if name in IMAGE_TAGS:
        included = parsed.positional[0].lower() if name.startswith("include") and parsed.positional else ""
        if re.search("youtube|vimeo|video", included):
            return _video(included, parsed, as_html)
        return _image(name, parsed, as_html)
    if name in ("youtube", "vimeo"):
        return _video(name, parsed, as_html)
    if found := LINK_TAGS.get(name):
        return found(parsed, as_html)
    pictures = [word for word in parsed.positional if IMAGE_PATH.search(word)]
    if len(pictures) > 1:  # a gallery
        return ("\n" if as_html else "\n\n").join(image(path, "", as_html=as_html) for path in pictures)
    return _image(name, parsed, as_html)


def convert_helper(name: str, arguments: str, *, as_html: bool) -> str | None:
    """Return a helper of Middleman as Markdown: its images lie in the folder `images`; None where it is not known."""
    parsed = parse_arguments(arguments)
    if name == "link_to":
        text, address = (*parsed.positional, "", "")[:2]
        return link(address or parsed.get("href"), text, as_html=as_html) if text and (address or parsed.get("href")) else None
    path = next((word for word in parsed.positional if IMAGE_PATH.search(word)), "")
    if name == "image_tag" and path:
        source = path if path.startswith(("http:", "https:", "/")) else f"/images/{path}"
        return image(source, parsed.get("alt", "title"), parsed.get("title"), as_html=as_html)
    return convert_known_tag(name, arguments, as_html=as_html)


def _image(name: str, arguments: TagArguments, as_html: bool) -> str | None:
    named = [arguments.named[key] for key in PATHS if key in arguments.named]
    path = next((path for path in (*named, *arguments.positional, *arguments.named.values()) if IMAGE_PATH.search(path)), "")
    if not path:
        return None
    beside = "/" not in path or path.startswith(("http:", "https:", "/", ".")) or name not in ROOT_PATH_TAGS
    source = path if beside else f"/{path}"
    caption = arguments.get("caption", "title", "attr")
    return image(source, arguments.get("alt") or _alt(name, arguments, path) or caption, caption, as_html=as_html)


def _alt(name: str, arguments: TagArguments, path: str) -> str:
    """Return the positional argument after the path; tags that also take a class have the class between."""
    if path not in arguments.positional:
        return ""
    rest = [word for word in arguments.positional[arguments.positional.index(path) + 1 :] if not word.isdigit()]
    if name in ("img", "asset_img") and rest:  # Octopress, Hexo: title, then alt; or words of a title without quotation marks
        return " ".join(rest) if len(rest) > 2 else rest[-1]
    return (rest[1:] if name.endswith("with_class") else rest)[:1][0] if len(rest) > name.endswith("with_class") else ""


def _video(name: str, arguments: TagArguments, as_html: bool) -> str | None:
    words = [*arguments.named.values(), *arguments.positional]
    found = next((found for word in words if (found := video_page(word, arguments.get("title", "caption")))), None)
    identifier = arguments.get("id", "videoid", "video_id") or next(
        (word for word in arguments.positional if _is_video_id(word)), ""
    )
    if not found and identifier:
        host = "https://vimeo.com/" if "vimeo" in name else "https://www.youtube.com/watch?v="
        found = video_page(host + identifier, arguments.get("title", "caption"))
    return link(*found, as_html=as_html) if found else None


def _is_video_id(word: str) -> bool:
    return bool(re.fullmatch(r"[\w-]{11}|\d{5,12}", word))


def post_reference(path: str) -> str:
    """Return what stands for the address of the post of this name until all posts are read."""
    return f"imported:{link_target(path)}"


def _post_link(arguments: TagArguments, as_html: bool) -> str | None:
    """Return a reference to the post that `post_url`, `link`, `ref` or `relref` names; a path where it is another file."""
    words = arguments.positional
    if address := next((word for word in words if re.match(r"https?://", word)), ""):  # Hexo's `link`
        return link(address, " ".join(words[: words.index(address)]) or address, as_html=as_html)
    path, _, fragment = (arguments.get("path") or "".join(arguments.positional[:1])).partition("#")
    if not path:
        return f"#{fragment}" if fragment else None
    if re.search(r"\.(?!mdx?\b|markdown\b|html?\b)[a-z]\w*\Z", path):
        return f"/{path.lstrip('/')}"
    return post_reference(path) + (f"#{fragment}" if fragment else "")


def _named_post(arguments: TagArguments, as_html: bool) -> str | None:
    """Return a link to the post that Hexo's `post_link` names."""
    name, *title = arguments.positional or ("",)
    return link(post_reference(name), " ".join(title) or name, as_html=as_html) if name else None


def _gist(arguments: TagArguments, as_html: bool) -> str | None:
    path = (
        "/".join(arguments.positional[:2])
        if arguments.positional[:1] and "/" not in arguments.positional[0]
        else "".join(arguments.positional[:1])
    )
    path = path if re.fullmatch(r"(?:[\w-]+/)?[0-9a-f]+", path) else arguments.positional[0] if arguments.positional else ""
    return link(f"https://gist.github.com/{path}", f"Gist {path}", as_html=as_html) if re.fullmatch(r"[\w/-]+", path) else None


def _tweet(arguments: TagArguments, as_html: bool) -> str | None:
    address = next((word for word in (*arguments.positional, *arguments.named.values()) if re.match(r"https?://", word)), "")
    number = arguments.get("id") or next((word for word in arguments.positional if re.fullmatch(r"\d{5,20}", word)), "")
    if not address and number:
        address = f"https://twitter.com/{arguments.get('user') or 'i'}/status/{number}"
    return link(address, "Tweet", as_html=as_html) if address else None


def _badge(arguments: TagArguments, as_html: bool) -> str | None:
    text = arguments.get("text", "label", "content") or "".join(arguments.positional[:1])
    return f"<mark>{html.escape(text, quote=False)}</mark>" if text else None


LINK_TAGS: dict[str, Converter] = {
    "badge": _badge,
    "post_url": _post_link,
    "post_path": _post_link,
    "post_link": _named_post,
    "link": _post_link,
    "ref": _post_link,
    "relref": _post_link,
    "gist": _gist,
    "tweet": _tweet,
    "twitter": _tweet,
    "x": _tweet,
}

KNOWN_TAGS = frozenset(("youtube", "vimeo", *IMAGE_TAGS, *LINK_TAGS))
