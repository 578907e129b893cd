"""Reports in no standard form, by flufl.bounce's collection of them."""

import re
from email.message import Message

from flufl.bounce import all_failures

from mail.bounces.classifying import classify
from mail.bounces.reading import read_message, words_about
from mail.bounces.report import Bounce, Kind

MAX_BYTES = 16 * 1024  # some of the detectors' patterns are slow on hostile text
LONGEST_REPLY = 500  # characters
COPY = re.compile(
    r"^-{2,} ?(?:below this line|original message|this is a copy|included is a copy)", re.IGNORECASE | re.MULTILINE
)


def read(message: Message, raw: bytes) -> Bounce | None:
    start = read_message(raw, MAX_BYTES)
    passing, lasting = ((), ()) if start is None else all_failures(start)
    if not passing and not lasting:
        return None
    recipient = min(lasting or passing).decode("ascii", "replace")
    words = " ".join(COPY.split(words_about(message, recipient))[0].split())[:LONGEST_REPLY]
    kind, status = classify(None, words)
    return Bounce(kind if lasting else Kind.SOFT, recipient, status, words)
