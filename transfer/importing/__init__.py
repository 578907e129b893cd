"""Importing posts: files are read and rendered without a database, then written in transactions of half a second.

- `run`: `Import`, one import from its files to its report. Call this.
- `source`: `SourcePost`, what every importer makes of a post, as plain values; `Options`; `Refusal`.
- `find`: what there is at a path: files of a static site, an export, a wiki, an archive.
- `sources`: one way to read any of them.
- `exports`: WordPress, Ghost, feeds, bookmarks. `dokuwiki`: its pages. `fetching`: images of other sites.
- `static_sites`: the Markdown files of Jekyll, Hugo, Hakyll and Eleventy as `SourcePost`s.
- `prepare`: files read and their Markdown rendered, on every core.
- `images`: the images that posts show, put into Wagtail's image library.
- `writing`: posts written into the database, with all that belongs to them.
- `chunk_size`: how many posts are written in one transaction.
- `history`: which files were imported before, and whether their posts were edited here since.
- `report`: what happened to each file.
"""
