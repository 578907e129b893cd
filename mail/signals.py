"""Signals that mail sends: what happened to an address that was written to. Receivers run in the sender's transaction."""

from django.dispatch import Signal

bounced = Signal()  # address, kind (mail.bounces.Kind: HARD, SOFT or COMPLAINT), when, detail (the server's answer)
unsubscribed = Signal()  # address; a mail service took its recipient's wish
