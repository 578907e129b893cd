"""Versions of images, as the worker makes them."""

from blog.services.image_files import VersionMaker


def make_versions() -> None:
    """Make the versions that are missing, and place their files."""
    VersionMaker().make_all()
