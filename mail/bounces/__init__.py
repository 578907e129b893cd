"""Parsing of what comes back to the envelope sender: the delivery it is about, and the kind of bounce or complaint.

Pure: bytes in, a `Bounce` out. `mail.receiving` acts on it.
"""

from mail.bounces.classifying import classify, speaks_of_sender, without_addresses
from mail.bounces.leaving import unsubscribing_token
from mail.bounces.parsing import parse
from mail.bounces.report import Bounce, Kind
from mail.bounces.verp import read_verp, verp_address

__all__ = [
    "Bounce",
    "Kind",
    "classify",
    "parse",
    "read_verp",
    "speaks_of_sender",
    "unsubscribing_token",
    "verp_address",
    "without_addresses",
]
