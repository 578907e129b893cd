"""Reports in no standard form, by flufl.bounce's collection of them."""

from email.message import Message

from flufl.bounce import all_failures

from mail.bounces.classifying import classify
from mail.bounces.reading import read_message, words_about
from mail.bounces.report import Bounce, Kind

MAX_BYTES = 16 * 1024  # some of the detectors' patterns are slow on hostile text
LONGEST_REPLY = 500  # characters


def read(message: Message, raw: bytes) -> Bounce | None:
    start = read_message(raw, MAX_BYTES)
    passing, lasting = all_failures(start) if start else ((), ())
    if not passing and not lasting:
        return None
    recipient = sorted(lasting or passing)[0].decode("ascii", "replace")
    words = " ".join(words_about(message, recipient).split())[:LONGEST_REPLY]
    kind, status = classify(None, words)
    return Bounce(kind if lasting else Kind.SOFT, recipient, status, words)
