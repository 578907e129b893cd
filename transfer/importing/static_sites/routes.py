"""Addresses of sites that are made by JavaScript: the files named `[slug]` say below which paths their posts were."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

FOLDERS: Final = ("src/pages", "pages", "src/app", "app", "src/routes", "app/routes")  # of Astro, Next, Nuxt, SvelteKit, Remix
DYNAMIC: Final = re.compile(r"\[+(?:\.\.\.)?\w+\]+(?:\.\w+|\Z)|_(?:slug|id)\.vue\Z")
LANGUAGE: Final = re.compile(r"\[+(?:\.\.\.)?(?:lang|language|locale)\]+\Z")
IN_NO_ADDRESS: Final = re.compile(r"\(.*\)|@.*")  # groups and slots, which address no page
OF_NO_POST: Final = frozenset("api archive author authors categories category feed og page rss search tag tags topics".split())
MAX_FOLDERS: Final = 1_000  # that are looked through


@lru_cache(maxsize=100)
def routes(root: Path) -> tuple[str, ...]:
    """Return the paths below which a site's files are named by posts, such as "/blog"; "" for the root."""
    found: dict[str, None] = {}
    for top in (root / name for name in FOLDERS):
        for number, (here, folders, names) in enumerate(os.walk(top)):
            if number >= MAX_FOLDERS:
                break
            if any(DYNAMIC.match(name) and not LANGUAGE.match(name) for name in (*folders, *names)):
                found.setdefault(_address(Path(here).relative_to(top)), None)
            folders[:] = [name for name in folders if LANGUAGE.match(name) or not DYNAMIC.match(name)]
    return tuple(address for address in found if not OF_NO_POST & set(address.split("/")))


def _address(path: Path) -> str:
    parts = [part for part in path.parts if not LANGUAGE.match(part) and not IN_NO_ADDRESS.fullmatch(part)]
    return "".join(f"/{part}" for part in parts)
