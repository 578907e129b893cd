"""The first half of rendering: Markdown to clean HTML by Python-Markdown and nh3. Pure; run in a process that may be killed.

`WAGTAILMARKDOWN` gives wagtail-markdown the same pipeline, so that its own rendering agrees with what is stored.
"""

from typing import Any

import nh3
from markdown import Markdown

from blog.markdown.allowlist import ATTRIBUTES, DROPPED_WITH_CONTENT, SCHEMES, TAGS

EXTENSIONS = [
    *("abbr", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists", "tables"),
    *("pymdownx.highlight", "pymdownx.magiclink", "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.tilde"),
    "blog.markdown.syntax",
]
EXTENSION_CONFIGS: dict[str, dict[str, Any]] = {
    "footnotes": {"SEPARATOR": "-", "BACKLINK_TITLE": "", "BACKLINK_TEXT": "↩\N{VARIATION SELECTOR-15}"},
    "tables": {"use_align_attribute": True},
    "pymdownx.tilde": {"subscript": False},  # one tilde means "about"
}
CLEANER = nh3.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None, clean_content_tags=DROPPED_WITH_CONTENT
)

WAGTAILMARKDOWN: dict[str, Any] = {
    "extensions_settings_mode": "override",
    "extensions": [*EXTENSIONS, "blog.markdown.extension"],
    "extension_configs": EXTENSION_CONFIGS,
    "allowed_settings_mode": "override",
    "allowed_tags": sorted(TAGS),
    "allowed_attributes": {name: sorted(names) for name, names in ATTRIBUTES.items()},
    "allowed_styles": [],
    "autodownload_fontawesome": False,  # or the editor would fetch it from a third party
}


def build() -> Markdown:
    """Return a converter. Building one takes some milliseconds: reuse it."""
    return Markdown(extensions=EXTENSIONS, extension_configs=EXTENSION_CONFIGS, output_format="html")


def to_html(text: str, converter: Markdown) -> str:
    """Return Markdown as sanitised HTML, without a time limit."""
    html: str = converter.reset().convert(text)
    return CLEANER.clean(html).strip()
