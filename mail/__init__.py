"""Sending and receiving by one's own SMTP server: an outbox, a worker, an Anymail backend, bounces, checks of DNS.

Apps register the kinds of email that they send (`mail.compose.register`) and put deliveries into the outbox
(`mail.outbox.put`). What became of one they hear by the signals in `mail.signals`.
"""
