"""Deletes the versions of pictures that pages no longer offer: WebP, and AVIF of 480 pixels. Their files go with the next tidying."""

from typing import Any, Final

from django.db import migrations
from django.db.models import F, Q

SUPERFLUOUS: Final = Q(filter_spec__regex=r"^width-\d+\|format-webp$") | Q(
    filter_spec="width-480|format-avif", image__width__gt=480
)
ANY_POST: Final = 0


def delete_superfluous(apps: Any, schema_editor: Any) -> None:
    deleted, _by_model = apps.get_model("wagtailimages", "Rendition").objects.filter(SUPERFLUOUS).delete()
    revisions = apps.get_model("blog", "IndexRevision").objects
    if deleted and revisions.update(number=F("number") + 1):  # what caches hold has their addresses
        apps.get_model("blog", "Change").objects.create(revision=revisions.get().number, post_id=ANY_POST)


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0006_found_and_replaced"),
        ("wagtailimages", "0027_image_description"),
    ]

    operations = [migrations.RunPython(delete_superfluous, migrations.RunPython.noop)]
