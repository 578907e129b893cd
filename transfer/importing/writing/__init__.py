"""Writing imported posts into the database.

- `writer`: `PostWriter`, several new posts or one changed post in a transaction. Call this.
- `build`: an unsaved page from a `SourcePost`.
- `bulk_create`: the rows of many new pages, and of all that Wagtail keeps of them.
- `update`: a new revision of a post whose file changed.
- `get_or_create`: tags and authors by name. `slugs`: free slugs.
- `comments`: the approved comments that posts had on their old site.
- `redirects`: from the addresses that posts had before.
"""
