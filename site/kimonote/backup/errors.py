"""The error of this package."""


class BackupError(Exception):
    """A backup cannot be made or restored; the message names the value and the cure."""
