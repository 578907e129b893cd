"""Tags within a text, as Bear, Obsidian and other notebooks have them: lines that consist of `#tag` and `#two words#` alone."""

import re

from transfer.importing.static_sites.targets import CODE, outside_code

TAG = r"#(?:[\w/-]++(?: [\w/-]++)*+#|(?=[\w/-]*[^\W\d_])[\w/-]++)"
LINE = re.compile(rf"(?P<code>{CODE})|^(?P<tags>(?:{TAG}[ \t]*+)++)$\n?", re.MULTILINE)


def split_hash_tags(text: str) -> tuple[tuple[str, ...], str]:
    """Return the tags of a text, each once, and the text without the lines that hold nothing else.

    >>> split_hash_tags("#ships #old ropes#\\n\\nWords #kept.\\n")
    (('ships', 'old ropes'), '\\nWords #kept.\\n')
    """
    tags: dict[str, None] = {}

    def taken(found: re.Match[str]) -> str:
        tags.update(dict.fromkeys(tag.strip("#") for tag in re.findall(TAG, found["tags"])))
        return ""

    kept = outside_code(LINE, taken, text)
    return tuple(tags), kept
