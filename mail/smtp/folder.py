"""Writes mail into a folder of .eml files, for development without a mail server: `EMAIL_URL=file:var/mail`.

Each file is what the wire would carry, after two lines that name the envelope.
"""

import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from mail.smtp.replies import Reply, ServerUnavailable
from mail.smtp.session import Envelope

numbers = count(1)


class FolderSession:
    """Accepts envelopes as an SMTPSession does, and always replies 250."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerUnavailable(f"EMAIL_URL names the folder {folder}, which cannot be made ({error}).") from error

    def deliver(self, envelope: Envelope) -> dict[str, Reply]:
        path = self.folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}-{next(numbers):05}.eml"
        envelope_lines = f"X-Envelope-From: {envelope.sender}\r\nX-Envelope-To: {', '.join(envelope.recipients.values())}\r\n"
        path.write_bytes(envelope_lines.encode() + envelope.content)
        return dict.fromkeys(envelope.recipients, Reply("BODY", 250, f"written to {path}"))

    def close(self) -> None:
        """Do nothing: no connection is open."""
