"""What the name of a file and its folders say of a post: its date, its name in addresses, whether it is a draft."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from blog.slugs import fold

LONGEST_SLUG = 200  # characters
DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_](.+)", re.DOTALL)
DRAFTS = frozenset(("_drafts", "drafts"))
PLACES = frozenset(("_posts", "_drafts", "content", "src"))  # folders that say nothing of a post


@dataclass(frozen=True, slots=True)
class Name:
    """A file's name taken apart."""

    title: str  # without date and suffix: coming-soon
    stem: str  # without suffix: 2014-03-12-coming-soon
    date: str = ""
    draft: bool = False
    folders: tuple[str, ...] = ()  # below the site's root, those that say something

    @property
    def words(self) -> str:
        """The name as a title: Coming soon."""
        words = re.sub(r"[-_]+", " ", self.title).strip()
        return words[:1].upper() + words[1:]


def take_apart(key: str) -> Name:
    """Take apart a path below the site's root; a folder's `index.md` has the folder's name.

    >>> take_apart("news/_posts/2014-03-12-coming-soon.md").folders
    ('news',)
    """
    path = PurePosixPath(key)
    folders = list(path.parts[:-1])
    stem = path.name[: -len(path.suffix)] if path.suffix else path.name
    if stem.lower() == "index" and folders:
        stem = folders.pop()
    dated = DATED.fullmatch(stem)
    return Name(
        dated[2] if dated else stem,
        stem,
        dated[1] if dated else "",
        any(folder in DRAFTS for folder in folders),
        tuple(folder for folder in folders if folder not in PLACES | DRAFTS),
    )


def page_slug(text: str) -> str:
    """Spell a name as a page's slug: what Wagtail allows between two slashes, in lower case.

    >>> page_slug("TockingTime, or: l’été")
    'tockingtime-or-l-été'
    """
    words = re.sub(r"[^\w]+", "-", fold(text))
    return words[:LONGEST_SLUG].strip("-") or "post"
