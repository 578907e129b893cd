"""Findings on this machine: the settings, and the folders that the site writes into."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from kimonote.backup.swapping import is_unfinished
from kimonote.health import disk_fault
from mail.deliverability.findings import Finding, Level

FREE = 1_000_000_000  # bytes on the disk, with fewer of which a warning comes before the health check's error
CHECKS = "https://docs.djangoproject.com/en/5.2/ref/checks/"
READABLE = 0o050  # by a group, as nginx needs it


def settings_findings() -> Iterator[Finding]:
    """Yield what Django's own checks say, those of a production site included; else that they say nothing."""
    messages = checks.run_checks(include_deployment_checks=not settings.DEVELOPMENT)
    loud = [message for message in messages if not message.is_silenced() and message.level >= checks.WARNING]
    for message in loud:
        level = Level.ERROR if message.level >= checks.ERROR else Level.WARNING
        yield Finding(
            "settings", level, message.id or "check", " ".join(message.msg.split()), message.hint or f"{CHECKS} ({message.id})"
        )
    if settings.DEVELOPMENT:
        cure = "DEVELOPMENT=false, and SITE_URL, SECRET_KEY as in docs/operations.md"
        sentence = "DEVELOPMENT is on: nobody but this machine should reach the site."
        yield Finding("settings", Level.WARNING, "development", sentence, cure)
    elif not loud:
        yield Finding("settings", Level.OK, "settings", f"They are fit for production; the site is {settings.SITE_URL}.")


def disk_findings() -> Iterator[Finding]:
    """Yield whether the site can write its files, the web server can read them, and how much is free."""
    media = Path(settings.MEDIA_ROOT)
    for folder in {settings.VAR, media if media.exists() else media.parent}:
        if fault := disk_fault(folder):
            cure = f"df -h {folder}; ls -ld {folder}  (free some space, or give the folder to the site's user)"
            yield Finding("disk", Level.ERROR, "disk", f"{fault[:1].upper()}{fault[1:]}.", cure)
            return
    free = shutil.disk_usage(settings.VAR).free
    sentence = f"{free / 1e9:.1f} GB are free in {settings.VAR}."
    yield Finding(
        "disk", Level.OK if free >= FREE else Level.WARNING, "free", sentence, "" if free >= FREE else "Free some space."
    )
    if is_unfinished():
        sentence = "A restore is running, or was killed: until that is decided, media and database may be of two sites."
        yield Finding("disk", Level.ERROR, "restore", sentence, "manage.py prepare  (completes it or takes it back)")
    yield from _static_findings()
    if not settings.DEVELOPMENT and not settings.MEDIA_STORAGE:
        yield from _readable_findings(media)
    yield from media_findings()


def media_findings() -> Iterator[Finding]:
    """Yield whether the bucket of MEDIA_STORAGE takes what is written, and gives it to nobody else; nothing without one."""
    if not settings.MEDIA_STORAGE:
        return
    shown = settings.MEDIA_STORAGE.partition("?")[0]
    files: Any = storages["default"]
    word = secrets.token_hex(8).encode()
    try:
        name = files.save("doctor/probe.txt", ContentFile(word))
        with files.open(name) as file:
            is_kept = file.read() == word
        is_public = files.is_public(name)
        files.delete(name)
    except Exception as error:  # boto3's are of many kinds
        cure = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and a policy that allows to list, read, write and delete objects"
        yield Finding("media", Level.ERROR, "media", f"{shown} cannot be used: {error}", cure)
        return
    if is_public or not is_kept:
        sentence = f"Whoever knows a name can read {shown}." if is_public else f"{shown} forgets what is written."
        yield Finding("media", Level.ERROR, "media-public", sentence, "Block all public access to the bucket.")
    else:
        yield Finding("media", Level.OK, "media", f"{shown} keeps what is written, for the site alone.")


def _static_findings() -> Iterator[Finding]:
    root = Path(settings.STATIC_ROOT)
    if (root / "staticfiles.json").is_file():
        yield Finding("static files", Level.OK, "static", f"They are in {root}.")
    else:
        yield Finding("static files", Level.ERROR, "static", f"There are none in {root}.", "manage.py collectstatic --noinput")


def _readable_findings(media: Path) -> Iterator[Finding]:
    """Yield the folders of files for the web server that none but their owner may read."""
    for folder in (Path(settings.STATIC_ROOT), media, media / "images"):
        if folder.is_dir() and os.stat(folder).st_mode & READABLE != READABLE:
            sentence = f"The web server cannot read {folder}: its group may not."
            yield Finding("media rights", Level.ERROR, "media-rights", sentence, f"chmod g+rx {folder}")
