"""English words on a page that should be in another language, as far as that is told cheaply.

They are those that a catalogue translates, where they stand alone, and sentences with words that every English sentence has.
"""

import re
from functools import cache

from django.utils.translation import trans_real
from playwright.sync_api import Page as Tab

COMMON = re.compile(r"\b(the|and|of|with|this|that|your|are|is|has|have|been|not|from|to|for|by|no|or)\b", re.I)
GERMAN = re.compile(r"\b(des|der|die|das|und|ist|nicht|von|mit|an|den|ein|eine|zu|im|es|so|am)\b", re.I)
WAGTAILS = {"Actions"}  # English in its templates, in every language
# Everything that is read or heard, without what members wrote and what is code.
TEXTS = """() => {
    const own = "[contenteditable], [lang=en], .tag-field__chosen, .w-content-checker__selector, code, kbd, pre, svg"
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement
        if (!parent.closest(own) && parent.checkVisibility({visibilityProperty: true})) found.push(walker.currentNode.data)
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
        if (element.closest(own) || !element.checkVisibility()) continue
        for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "")
    }
    return [...new Set(found.map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean))]
}"""


def english_words(tab: Tab, language: str) -> list[str]:
    """Return the texts of a page that are English."""
    messages = translated(language) - WAGTAILS
    return [text for text in tab.evaluate(TEXTS) if text in messages or is_sentence(text)]


def is_sentence(text: str) -> bool:
    """Return whether a text is English.

    >>> is_sentence("Pages of this site"), is_sentence("Hand-out des Lehrers"), is_sentence("Seiten")
    (True, False, False)
    """
    return bool(COMMON.search(text)) and not GERMAN.search(text)


@cache
def translated(language: str) -> frozenset[str]:
    """Return the messages of the site and its packages that are other words in a language, without placeholders."""
    catalogue = dict(trans_real.translation(language)._catalog.items())  # type: ignore[attr-defined]
    messages = {message: text for message, text in catalogue.items() if isinstance(message, str) and isinstance(text, str)}
    same = set(messages.values())
    return frozenset(message for message, text in messages.items() if len(message) > 2 and message not in same and text)
