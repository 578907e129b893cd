"""Posts of a DokuWiki: its pages, from its folder on the server or a copy of it. No database, no settings.

- `pages`: which files are pages. Call `find_wiki_pages`, then `read_wiki_page`, a page as a `SourcePost`.
- `access`: which pages everybody may read there; all others become drafts.
- `convert`, `inline`, `tables`, `protected`: DokuWiki's syntax as Markdown.
"""
