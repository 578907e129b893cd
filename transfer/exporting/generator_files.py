"""The configuration by which Jekyll and Hugo build the exported folder, each with the addresses that posts have here."""

from typing import Any, Final

from transfer.exporting.post_files import write_yaml

JEKYLL, HUGO = "_config.yml", "hugo.yaml"
README: Final = "README.md"
ABOUT: Final = """\
# {title}

An export of Kimonote: `python manage.py import_posts FOLDER` reads it into another site, and so do Jekyll and Hugo by the
configuration beside this file.

- `_posts`: {published}
- `_drafts`: {hidden}
- `pages`: plain pages; `images` and `documents`: the files that texts show
- `_data/kimonote.yaml`: settings, authors, tags, streams, redirects; `_data/comments`: approved comments, without addresses
"""


def jekyll(title: str, address: str) -> str:
    """Return Jekyll's `_config.yml`."""
    return write_yaml(
        {
            "title": title,
            "url": address,
            "permalink": "/:title/",
            "markdown": "kramdown",
            "exclude": [README, HUGO],
            "defaults": [{"scope": {"path": ""}, "values": {"render_with_liquid": False}}],
        }
    )


def hugo(title: str, address: str, language: str) -> str:
    """Return Hugo's `hugo.yaml`."""
    mounts = {"_posts": "content/posts", "_drafts": "content/posts", "pages": "content", "_data": "data"}
    mounts |= {name: f"static/{name}" for name in ("images", "documents")}
    configuration: dict[str, Any] = {
        "title": title,
        "baseURL": f"{address}/",
        "languageCode": language,
        "permalinks": {"posts": "/:slug/"},
        "taxonomies": {"tag": "tags", "author": "authors"},
        "markup": {"goldmark": {"renderer": {"unsafe": True}}},
        "module": {"mounts": [{"source": source, "target": target} for source, target in mounts.items()]},
    }
    return write_yaml(configuration)


def readme(title: str, *, public_only: bool) -> str:
    """Return what the folder says of itself."""
    published = "what everybody may read"
    if public_only:
        return ABOUT.format(title=title, published=published, hidden="empty: this export has only what everybody may read")
    return ABOUT.format(
        title=title,
        published=f"{published}, and what is scheduled",
        hidden="drafts, private and expired posts. **Do not publish this folder as a repository.**",
    )
