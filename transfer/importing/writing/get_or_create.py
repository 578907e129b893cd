"""The authors of a chunk of posts, found or created with a few queries."""

import re
import unicodedata
import zlib
from collections.abc import Collection, Mapping

from django.db.models import Q
from django.db.models.functions import Lower

from blog.models import Author
from transfer.importing.static_sites.author_file import MAX_NAME

MAX_HANDLE = 50  # characters


def get_or_create_authors(names: Collection[str]) -> tuple[dict[str, Author], list[Author]]:
    """Return the author for each name or handle, and which of them were created."""
    handles = {name: make_handle(name) for name in names}
    found = Author.objects.annotate(lower=Lower("name")).filter(
        Q(handle__in=set(handles.values())) | Q(lower__in={name.lower() for name in names})
    )
    by_handle = {author.handle: author for author in found}
    by_name = {author.name.lower(): author for author in found}
    known = {
        name: by_handle.get(name) or by_name.get(name.lower()) or by_handle.get(handle) for name, handle in handles.items()
    }
    new: dict[str, Author] = {}
    for name, author in known.items():
        if author is None:
            new.setdefault(handles[name], Author(name=name[:MAX_NAME], handle=handles[name]))
    created = Author.objects.bulk_create(new.values())
    return {name: author or new[handles[name]] for name, author in known.items()}, created


def rename_logins(names: Mapping[str, str]) -> int:
    """Give authors whose name is still a login the name that it stands for, by login in lower case; return how many.

    An earlier import knew no better, and what it wrote is not written again. Nobody gets a name that another author has.
    """
    renamed = 0
    for author in Author.objects.annotate(login=Lower("name")).filter(login__in=names):
        name = names[author.name.lower()]
        if author.name != name and not Author.objects.filter(name__iexact=name).exclude(pk=author.pk).exists():
            author.name = name
            author.full_clean()
            author.save()
            renamed += 1
    return renamed


def make_handle(name: str) -> str:
    """Return an author's handle for a name, in ASCII.

    >>> [make_handle(name) for name in ("Ada Lovelace", "Ægir Ångström", "britta-gustafson")]
    ['ada-lovelace', 'gir-angstrom', 'britta-gustafson']
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    handle = re.sub(r"[^a-z0-9_]+", "-", ascii_name).strip("-")[:MAX_HANDLE].strip("-")
    return handle or f"author-{zlib.crc32(name.encode()):08x}"
