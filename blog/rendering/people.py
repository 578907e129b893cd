"""Who writes a blog: on its front page, the authors with most notes, each with a picture and a line about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from wagtail.images import get_image_model

from blog.images.versions import portrait
from blog.markdown.plain_text import truncate
from blog.models import Author
from blog.paths import author_path
from blog.rendering.description import in_one_line
from blog.tagindex import TagIndex

MOST = 5  # authors
LINE = 140  # characters


@dataclass(frozen=True, slots=True)
class Person:
    """An author with the path of their listing, how their own text about them begins, and their picture; perhaps without."""

    name: str
    address: str
    line: str
    picture: str


_people: Final[WeakKeyDictionary[TagIndex, list[Person]]] = WeakKeyDictionary()  # each snapshot's: it ends with the revision


def people(index: TagIndex) -> list[Person]:
    """Return the authors of most visible posts; they are read once for each snapshot."""
    found = _people.get(index)
    if found is None:
        found = _people[index] = _read(index)
    return found


def _read(index: TagIndex) -> list[Person]:
    """Read the authors of most visible posts: one query, and two where they have pictures."""
    counts = index.authors()
    handles = sorted(counts, key=lambda handle: (-counts[handle], handle))[:MOST]
    found = {author.handle: author for author in Author.objects.filter(handle__in=handles)} if handles else {}
    authors = [found[handle] for handle in handles if handle in found]
    pictures = portraits(author.picture_id for author in authors)
    return [
        Person(
            author.name,
            author_path(author.handle),
            truncate(in_one_line(author.about_html), LINE),
            pictures.get(author.picture_id or 0, ""),
        )
        for author in authors
    ]


def portraits(images: Iterable[int | None]) -> dict[int, str]:
    """Return the addresses of authors' pictures by the ids of their images, of those that everybody may see."""
    wanted = set(filter(None, images))
    found = get_image_model().objects.filter(pk__in=wanted).prefetch_related("renditions") if wanted else ()
    return {image.pk: address for image in found if (address := portrait(image))}
