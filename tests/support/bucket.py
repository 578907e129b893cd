"""Media in a bucket of a server that speaks S3's protocol (moto), for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.storage import storages
from wagtail.images import get_image_model

from kimonote.media_storage import read_media_storage


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The address of a server with a bucket named “notes”."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    pytest.importorskip("storages")
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys).create_bucket(Bucket="notes")
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The bucket, where this test's files are, in a folder of their own."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.MEDIA_STORAGE = f"s3://notes/{tmp_path.name}?endpoint={s3_server}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, **read_media_storage(settings.MEDIA_STORAGE)}
    monkeypatch.setattr(get_image_model().get_rendition_model()._meta.get_field("file"), "storage", storages["versions"])
    cache.clear()
    yield storages["default"].bucket  # type: ignore[attr-defined]
    assert not (tmp_path / "media").exists()  # nothing was written to the disk
