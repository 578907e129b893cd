"""The error of this package."""

from django.core.management.base import CommandError


class BackupError(CommandError):
    """A backup cannot be made or restored; the message names the value and the cure."""
