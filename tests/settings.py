"""The site's own settings, as they are in a test: set by the environment, before they are read."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.update(
    ENV_FILE=os.devnull,
    DEVELOPMENT="true",
    SECRET_KEY="a key for tests alone, of no use elsewhere",
    SITE_URL="http://testserver",
    SHARE_FONTS="",  # whatever this machine has
)

from kimonote.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost", "other.example"]
VAR = Path(tempfile.mkdtemp(prefix="kimonote-test-"))
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
MEDIA_ROOT, STATIC_ROOT = VAR / "media", VAR / "static"
for folder in (MEDIA_ROOT, STATIC_ROOT):
    folder.mkdir()
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_vendor = DATABASES["default"]["ENGINE"].rpartition(".")[2].removesuffix("3")  # noqa: F405
DATABASES["default"]["ENGINE"] = f"tests.support.migrated_{_vendor}"  # noqa: F405
if _vendor == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
