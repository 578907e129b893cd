"""Settings of Pelican and Nikola, which are lines of Python: they are searched, never run."""

import re

from transfer.importing.static_sites.front_matter import FrontMatter, from_texts
from transfer.importing.static_sites.permalink_patterns import PLACEHOLDERS

TEXT = re.compile(r"^([A-Z_]+)[ \t]*=[ \t]*[ru]*(?:\"([^\"\n]*)\"|'([^'\n]*)')", re.MULTILINE)
DATE = re.compile(r"\{date:([^{}]*)\}")
FOLDER = re.compile(r"""\(\s*["'](?P<folder>[^"'*/]+)/[^"'*]*\*[^"']*["'],\s*["'](?P<address>[^"']*)["'],""")  # of POSTS, PAGES
UGLY = re.compile(r"^PRETTY_URLS\s*=\s*False", re.MULTILINE)


def read_settings(text: str) -> FrontMatter:
    """Return the settings that are plain texts, such as `SITEURL = "https://old.example"`."""
    return from_texts({found[1]: found[2] or found[3] or "" for found in TEXT.finditer(text)})


def pelican_permalinks(settings: FrontMatter) -> dict[str, str]:
    """Return the pattern of `ARTICLE_URL = "{date:%Y}/{slug}/"`; slugs may be made of files' names."""
    url = settings.text("articleurl", "articlesaveas") or "{slug}.html"
    if settings.text("slugifysource") == "basename" or "(?P<slug>" in settings.text("filenamemetadata"):
        url = url.replace("{slug}", "{name}")
    dated = DATE.sub(lambda date: re.sub(r"%\w", lambda part: f":{PLACEHOLDERS.get(part[0])}", date[1]), url)
    return {"": "/" + re.sub(r"\{(\w+)\}", r":\1", dated).lstrip("/")}


def nikola_permalinks(text: str) -> dict[str, str]:
    """Return the patterns of `POSTS = (("posts/*.rst", "blog", "post.tmpl"),)`, by folder."""
    end = ".html" if UGLY.search(text) else "/"
    return {found["folder"]: f"/{found['address']}/:subsections/:slug{end}" for found in FOLDER.finditer(text)}
