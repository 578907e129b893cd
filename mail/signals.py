"""Signals that mail sends: what happened to an address that was written to. Receivers run in the sender's transaction."""

from django.dispatch import Signal

bounced = Signal()  # address, kind (mail.bounces.Kind: HARD, SOFT or COMPLAINT), when, detail (the server's answer)
unsubscribed = Signal()  # address; a mail service took its recipient's wish
unsubscribing = Signal()  # token, of a List-Unsubscribe header, that came back by mail; receivers return whether it was theirs
attempted = Signal()  # results: list of (delivery with its context, mail.models.Result), of bulk mail given to a server
