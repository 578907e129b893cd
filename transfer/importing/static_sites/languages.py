"""Translations in a multilingual site of Hugo or Zola."""

import re

from transfer.importing.static_sites.front_matter import FrontMatter, Value, fold_key


def without_language(configuration: FrontMatter, key: str) -> tuple[str, str]:
    """Return what the addresses of a translation begin with, and its file's path without the language.

    Translations lie in a folder of their language (`contentDir = "content/de"`), or have it in their names (`a.de.md`).

    >>> without_language(FrontMatter({"languages": {"en": {}, "de": {}}}), "content/post/a/index.de.md")
    ('/de', 'content/post/a/index.md')
    """
    languages = configuration.values.get("languages")
    folders = {code: _folder(values) for code, values in languages.items()} if isinstance(languages, dict) else {}
    for code, folder in sorted(folders.items(), key=lambda item: -len(item[1])):
        in_name = re.fullmatch(rf"(.+)\.{re.escape(code)}(\.\w+)", key, re.IGNORECASE)
        if in_name or (folder and key.startswith(folder)):
            rest = f"{in_name[1]}{in_name[2]}" if in_name else f"content/{key.removeprefix(folder)}"
            return _prefix(configuration, code), rest
    return "", key


def _folder(values: Value) -> str:
    folder = (
        next((value for key, value in values.items() if fold_key(key) == "contentdir"), "") if isinstance(values, dict) else ""
    )
    return f"{folder.strip('/')}/" if isinstance(folder, str) and folder else ""


def _prefix(configuration: FrontMatter, code: str) -> str:
    default = configuration.text("defaultcontentlanguage", "defaultlanguage") or "en"
    in_folder = code.lower() != default.lower() or configuration.text("defaultcontentlanguageinsubdir") == "true"
    return f"/{code.lower()}" if in_folder else ""
