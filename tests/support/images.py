"""Images as they are uploaded, and their versions as the worker makes them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from blog.services.image_files import VersionMaker


def make_versions() -> None:
    """Make the versions that are missing, and place their files."""
    VersionMaker().make_all()


def png(name: str) -> SimpleUploadedFile:
    """Return a picture of 60 by 30 pixels, as it is uploaded."""
    file = BytesIO()
    Image.new("RGB", (60, 30), "navy").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")
