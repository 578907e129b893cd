"""Reports in no standard form, by flufl.bounce's collection of them."""

from email.message import Message

from flufl.bounce import all_failures

from signup.bounces.classifying import classify
from signup.bounces.reading import first_text, read_message
from signup.bounces.report import Bounce, Kind

MAX_BYTES = 16 * 1024  # some of the detectors' patterns are slow on hostile text


def read(message: Message, raw: bytes) -> Bounce | None:
    start = read_message(raw, MAX_BYTES)
    passing, lasting = all_failures(start) if start else ((), ())
    if not passing and not lasting:
        return None
    words = first_text(message)
    kind, status = classify(None, words)
    recipient = sorted(lasting or passing)[0].decode("ascii", "replace")
    return Bounce(kind if lasting else Kind.SOFT, recipient, status, " ".join(words.split())[:500])
