"""Width and height of an image file, read from its header: Willow decodes the whole picture to tell them."""

from PIL import Image
from willow.image import AvifImageFile, GIFImageFile, ImageFile, JPEGImageFile, PNGImageFile, WebPImageFile
from willow.registry import registry


def _size(file: ImageFile) -> tuple[int, int]:
    file.f.seek(0)
    size: tuple[int, int] = Image.open(file.f).size  # not closed: the file is the caller's
    return size


for _kind in (AvifImageFile, GIFImageFile, JPEGImageFile, PNGImageFile, WebPImageFile):
    registry.register_operation(_kind, "get_size", _size)
