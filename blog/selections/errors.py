"""Errors of selections and of their query strings, in sentences for the reader."""

from django.utils.translation import gettext


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for makemessages; `explain` translates it for whoever reads it."""
    return sentence


class SelectionError(ValueError):
    """An invalid selection; the message is a sentence for the reader that names the value and the cure."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values)
        self.sentence = sentence
        self.values = values


def explain(error: SelectionError) -> str:
    """Return an error's sentence in the active language."""
    return gettext(error.sentence) % error.values
