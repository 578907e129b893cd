"""Subscribers and what they are sent: `services` write, `emails` compose, `digests` send what is new, `views` respond.

To subscribe somebody call `services.subscriptions.request`; whatever else may happen to a subscription is a verb beside it.
"""
