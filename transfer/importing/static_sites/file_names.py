"""What a file's name and folders say of a post: its date, its slug, whether it is a draft."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from blog.selections.slugs import fold

MAX_SLUG = 200  # characters
DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_](.+)", re.DOTALL)
DRAFT_FOLDERS = frozenset(("_drafts", "drafts"))
ROOT_FOLDERS = frozenset(("_posts", "_drafts", "content", "src", "source"))  # that are no section of the site


@dataclass(frozen=True, slots=True)
class FileName:
    """The parts of a file's path."""

    title: str  # without date and suffix: coming-soon
    stem: str  # without suffix: 2014-03-12-coming-soon
    date: str = ""
    draft: bool = False
    folders: tuple[str, ...] = ()  # sections: below the site's root, without ROOT_FOLDERS
    categories: tuple[str, ...] = ()  # Jekyll's: the folders above `_posts`

    @property
    def as_title(self) -> str:
        """Return the name as a title: Coming soon."""
        as_title = re.sub(r"[-_]+", " ", self.title).strip()
        return as_title[:1].upper() + as_title[1:]


def parse_file_name(key: str) -> FileName:
    """Split a path below the site's root into its parts; a folder's `index.md` has the folder's name.

    >>> parse_file_name("news/_posts/2014-03-12-coming-soon.md").folders
    ('news',)
    """
    path = PurePosixPath(key)
    folders = list(path.parts[:-1])
    stem = path.name[: -len(path.suffix)] if path.suffix else path.name
    stem = re.sub(r"(?<=.)\.html\Z", "", stem)  # Middleman's a.html.md
    if stem.lower() == "index" and folders:
        stem = folders.pop()
    in_year = folders and re.fullmatch(r"\d{4}", folders[-1]) and re.match(r"\d\d-\d\d-", stem)  # 2014/03-12-coming-soon.md
    dated = DATED.fullmatch(f"{folders[-1]}-{stem}" if in_year else stem)
    return FileName(
        dated[2] if dated else stem,
        stem,
        dated[1] if dated else "",
        any(folder in DRAFT_FOLDERS for folder in folders),
        _sections(folders),
        _sections(folders[: folders.index("_posts")]) if "_posts" in folders else (),
    )


def _sections(folders: list[str]) -> tuple[str, ...]:
    return tuple(folder for folder in folders if folder not in ROOT_FOLDERS | DRAFT_FOLDERS)


def page_slug(text: str) -> str:
    """Return a name as a page's slug, of the characters that Wagtail allows, in lower case.

    >>> page_slug("TockingTime, or: l’été")
    'tockingtime-or-l-été'
    """
    as_title = re.sub(r"[^\w]+", "-", fold(text))
    return as_title[:MAX_SLUG].strip("-") or "post"
