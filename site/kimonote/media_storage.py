"""Parsing of MEDIA_STORAGE: where uploaded files are, if not on the disk."""

from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

TIMEOUT: Final = 5  # seconds for the bucket to accept a connection and to respond
STORAGES: Final = {"default": "MediaStorage", "versions": "VersionStorage", "work": "WorkFiles"}
WORK: Final = "private/work"  # the folder of what no reader asks for: `blog.views.media` sends nothing of it
MEMORY: Final = 5_000_000  # bytes of an object in memory; a longer one is read by way of a temporary file
EXAMPLE: Final = "s3://bucket/folder?endpoint=https://s3.notes.example&region=eu-central-1"


def read_media_storage(url: str) -> dict[str, dict[str, Any]]:
    """Return the entries of STORAGES for a URL; on the disk for an empty one. Raise ValueError with a sentence.

    Keys are boto3's to find: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role of the machine.
    """
    if not url:
        return {name: {"BACKEND": f"blog.images.storage.{storage}"} for name, storage in STORAGES.items()}
    options = _options(url)
    entries = {name: {"BACKEND": f"blog.images.s3.{storage}", "OPTIONS": options} for name, storage in STORAGES.items()}
    entries["work"]["OPTIONS"] = {**options, "location": f"{options['location']}/{WORK}".lstrip("/")}
    return entries


def _options(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    if parts.scheme != "s3" or not parts.hostname or not set(asked) <= {"endpoint", "region"} or parts.username:
        raise ValueError(f"it names no bucket. Write {EXAMPLE}; keys stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ValueError("django-storages and boto3 are missing: pip install --require-hashes -r requirements-s3.txt.")
    from botocore.config import Config

    return {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "endpoint_url": asked.get("endpoint", [None])[0],
        "region_name": asked.get("region", [None])[0],
        "default_acl": None,  # objects are as private as the bucket
        "file_overwrite": False,
        "max_memory_size": MEMORY,
        "client_config": Config(
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            retries={"max_attempts": 2},
            signature_version="s3v4",
            s3={"addressing_style": "path" if "endpoint" in asked else "auto"},
        ),
    }
