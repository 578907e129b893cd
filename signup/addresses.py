"""E-mail addresses: read what a person typed, say what is wrong with it, guess what was meant. Pure; no look-ups."""


def key(address: str) -> str:
    """Give the one form in which two spellings of a normalised address are compared: no one's mailbox differs in case."""
    return address.lower()
