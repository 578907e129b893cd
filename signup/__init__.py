"""Subscribers and what they are sent: `services` write, `emails` compose, `digests` send what is new, `views` respond."""
