"""The worker's part in a proxy that keeps pages longer than it is told to (PURGE_URL): after a change, have it forget them.

What has changed is known by the revision, what was to be seen where before by `Shown`: so nothing is lost when either stops.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.contrib.frontend_cache.tasks import purge_urls_from_cache_task
from wagtail.models import Site

from blog.models import BlogPage, Change, PostPage
from blog.models.revision import KEPT_REVISIONS
from blog.snapshots import read_revision
from blog.tagindex.types import EVERY_POST
from blog.whereabouts import addresses_at, places_of, places_of_all
from kimonote.models import Purged, Shown, ToPurge

BATCH = 100  # places purged at once, most of them four addresses
CHUNK = 1_000  # posts looked at together


def purge_changed() -> bool:
    """Have the proxy forget what has changed since it last did; says whether there may be more."""
    whole = urlsplit(settings.PURGE_URL).path
    return _purge_whole(whole) if whole else _purge_places()


def _purge_whole(address: str) -> bool:
    """By one address, which the proxy takes for all of them."""
    number = read_revision()
    if Purged.at(number):
        return False
    _send([address])
    Purged.remember(number)
    Shown.objects.all().delete()  # for none of them is kept up to date this way
    return False


def _purge_places() -> bool:
    """Some of the places that wait; only when none does are others looked for, so that they never grow without end."""
    waiting = list(ToPurge.objects.order_by("pk")[:BATCH])
    if not waiting:
        return _collect()
    _send(address for place in waiting for address in addresses_at(place.place))
    ToPurge.objects.filter(pk__in=[place.pk for place in waiting]).delete()
    return True


def _send(addresses: Iterable[str]) -> None:
    """Purge them on every site, by Wagtail's task but at once: its failure would else go on record, and be forgotten."""
    roots = [site.root_url for site in Site.objects.all()]
    purge_urls_from_cache_task.call([root + address for address in addresses for root in roots])


def _collect() -> bool:
    """Let every place wait where something has changed, by what was to be seen there and by what is; says whether any does."""
    number = read_revision()
    if _is_told(number):
        return False
    with transaction.atomic():
        purged = Purged.held()
        if not _is_told(number):  # while this one waited for another worker
            places = _moved([Shown.EVERYWHERE], {Shown.EVERYWHERE: places_of_all()})
            posts = iter(_changed_since(purged.revision, number))
            while chunk := list(islice(posts, CHUNK)):
                places |= _moved(chunk, places_of(chunk))
            ToPurge.objects.bulk_create([ToPurge(place=place) for place in sorted(places)], batch_size=CHUNK)
            Purged.remember(number)
    return True


def _is_told(number: int) -> bool:
    return Purged.at(number) and Shown.objects.filter(pk=Shown.EVERYWHERE).exists()


def _changed_since(revision: int, number: int) -> list[int]:
    """The posts that have changed between two revisions; all there are or were, where that is not known."""
    known = Shown.objects.exclude(pk=Shown.EVERYWHERE)
    if known.exists() and 0 <= number - revision <= KEPT_REVISIONS:
        changed = set(Change.objects.filter(revision__gt=revision).values_list("post_id", flat=True))
        if changed.isdisjoint({EVERY_POST, *BlogPage.objects.values_list("pk", flat=True)}):
            return sorted(changed)
    return sorted({*known.values_list("pk", flat=True), *PostPage.objects.values_list("pk", flat=True)})


def _moved(posts: list[int], now: Mapping[int, set[str]]) -> set[str]:
    """Every place where these were to be seen or are; where they are is what is known from here on."""
    before = Shown.objects.filter(pk__in=posts)
    places = {place for shown in before for place in shown.places.splitlines()}.union(*now.values())
    before.delete()
    Shown.objects.bulk_create([Shown(pk=post, places="\n".join(sorted(found))) for post, found in now.items()])
    return places
