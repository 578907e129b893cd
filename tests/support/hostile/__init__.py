"""Hostile texts for everything that takes a text: by hand in corpus.txt, and by combining what to run with where to put it.

Whatever of them runs as script calls `hit()`.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TypeVar

from hypothesis import settings

Item = TypeVar("Item")

SCHEMES = (
    "javascript:hit()",
    "javascript:hit()",
    "java\tscript:hit()",
    "java\r\nscript:hit()",
    "\x01javascript:hit()",
    "\u00a0javascript:hit()",
    "javascript\u200b:hit()",
    "data:text/html,<script>hit()</script>",
    "//evil.example/%0d%0ajavascript:hit()",
)
LINKS = (
    "[x]({})",
    "[x](<{}>)",
    "<{}>",
    "![x]({})",
    "[x]: {}\n\n[x]",
    '<a href="{}">x</a>',
    '<img src="{}">',
    '<iframe src="{}">',
    "{}",
)
MARKUP = (
    "<script>hit()</script>",
    "<img src=x onerror=hit()>",
    "<svg/onload=hit()>",
    '" onmouseover="hit()" x="',
    "<a href=javascript:hit()>x</a>",
    "\x02klzzwxh:0000\x03<script>hit()</script>",
    "\x02wzxhzdk:0\x03<script>hit()</script>",
    "<scr\0ipt>hit()</scr\0ipt>",
    "\ufeff<script\u2028>hit()</script>",
    "\ud800<script>hit()</script>",
    "\u202e<script>hit()</script>\u202c",
)
PLACES = (
    "{}",
    "a {} b",
    "# {}\n\n## {}\n\n### {}",
    "- {}\n- {}",
    "> {}",
    "{} | b\n--|--\nc | {}",
    "a\n: {}",
    "x[^1]\n\n[^1]: {}",
    "*[x]: {}\n\nx",
    "![{}](/a.png '{}')",
    "[{}](http://a.example/{} '{}')",
    "```{}\n{}\n```",
    "a\n{{: {} }}",
    "${}$",
    "$$\n\\text{{{}}}\n$$",
    "<div markdown='1' title='{}'>{}</div>",
    "<!-- {} -->{}",
    "~~{}~~ **{}** `{}`",
)


def corpus() -> list[str]:
    """Every hostile text."""
    by_hand = Path(__file__).with_name("corpus.txt").read_text("utf-8").removesuffix("\n").split("\n%%%\n")
    links = [link.format(scheme) for link, scheme in product(LINKS, SCHEMES)]
    markup = [place.replace("{}", text).replace("{{", "{").replace("}}", "}") for place, text in product(PLACES, MARKUP)]
    return list(dict.fromkeys([*by_hand, *links, *markup]))


def by_turns(texts: Sequence[Item], place: int, places: int) -> Sequence[Item]:
    """Return every `places`-th text, a different share for each place: for what escapes each text alike.

    With `--hypothesis-profile thorough`, return all.
    """
    return texts if settings.get_current_profile_name() == "thorough" else texts[place::places]
