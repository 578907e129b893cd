"""What some systems write in their own way: Pelican's `{static}`, Obsidian's comments and embeds, callouts, `[[toc]]`.

Code is not changed.
"""

import re
from collections.abc import Callable

from transfer.importing.static_sites.targets import CODE, outside_code
from transfer.importing.static_sites.template_tags.alerts import ALERTS

IMAGE: re.Pattern[str] = re.compile(r"\.(?:gif|jpe?g|png|webp|avif|svg)(?:\||\]\])", re.IGNORECASE)
Rule = tuple[str, Callable[[re.Match[str]], str]]


def _callout(found: re.Match[str]) -> str:
    kind, title = ALERTS.get(found["kind"].lower(), "NOTE"), found["title"].strip()
    return f"{found['marks']}[!{kind}]" + (f"\n{found['marks']}**{title}**\n{found['marks'].rstrip()}" if title else "")


def _captioned(found: re.Match[str]) -> str:
    caption = re.search(r'\bcaption="([^"]+)"', found["attributes"])
    return f"{found['shown'].strip()}{' ' + caption[1] if caption else ''}\n\n"


ANYWHERE: tuple[Rule, ...] = (
    (r"^(?:\[\[_?toc_?\]\]|\[toc\]|\$\{toc\})[ \t]*$", lambda found: ""),  # a table of contents, which the page has
    (r"^(?P<marks>[ ]{0,3}(?:>[ ]?)+)\[!(?P<kind>[A-Za-z-]+)\][-+]?(?P<title>[^\n]*)$", _callout),
    (  # of posts that once were WordPress's
        r"^[ ]{0,3}\[caption\b(?P<attributes>[^\[\]\n]{0,500})\](?P<shown>(?s:.{0,2000}?))\[/caption\][ \t]*",
        _captioned,
    ),
)
OF_GENERATORS: dict[str, tuple[Rule, ...]] = {
    "pelican": (
        (r"(?<=[(<\"'\s])(?:\{(?:static|attach|filename)\}|\|filename\|)(?P<path>[^\s>\"')])", lambda found: found["path"]),
    ),
    "nikola": ((r"link://(?:slug|filename)/(?P<path>[^\s>\"')]+)", lambda found: f"imported:{found['path']}"),),
    "docusaurus": ((r"^<head>(?s:.*?)</head>[ \t]*$", lambda found: ""),),
    "middleman": ((r"^READMORE[ \t]*$", lambda found: "<!--more-->"),),
    "obsidian": (
        (r"%%(?s:.*?)%%", lambda found: ""),  # a comment, over lines too
        (r"(?<=\S)[ \t]+\^[\w-]+[ \t]*$", lambda found: ""),  # a block's name
        (r"!(?P<link>\[\[[^\[\]\n]+\]\])", lambda found: found["link"] if not IMAGE.search(found["link"]) else found[0]),
        (r"(?P<image>!\[\[[^\[\]|\n]+)\|\d+(?:x\d+)?\]\]", lambda found: f"{found['image']}]]"),  # an image's size
    ),
    "vuepress": ((r":src=\"\$withBase\('(?P<path>[^'\"]+)'\)\"", lambda found: f'src="{found["path"]}"'),),
}


def in_common_form(text: str, generator: str) -> str:
    """Return a text with what only this generator reads as others write it."""
    for pattern, written in (*ANYWHERE, *OF_GENERATORS.get(generator, ())):
        text = outside_code(re.compile(rf"(?P<code>{CODE})|{pattern}", re.MULTILINE | re.IGNORECASE), written, text)
    return text
