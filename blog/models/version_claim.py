"""Claims of workers on images: whoever has one makes the versions, so that no two workers make the same."""

from django.db import models


class VersionClaim(models.Model):
    """An image whose versions a worker makes; after `until` that worker is taken to be gone."""

    image = models.OneToOneField("wagtailimages.Image", on_delete=models.CASCADE, primary_key=True, related_name="+")
    until = models.DateTimeField()

    wagtail_reference_index_ignore = True  # no use of an image that an editor should know of

    def __str__(self) -> str:
        return f"{self.image_id} until {self.until:%Y-%m-%d %H:%M:%S}"
