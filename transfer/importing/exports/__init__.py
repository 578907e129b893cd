"""Posts of exports: one file that holds many. No database, no settings.

- `detect`: `read_export`, a file's posts, whatever wrote it. Call this, then
- `post`: `ExportedPost` and its `read`, one post as a `SourcePost`.
- `wordpress` (WXR), `ghost` (JSON), `feeds` (RSS, Atom, JSON Feed), `bookmarks` (Netscape): a reader for each format.
- `xml_items`, `json_file`: safe ways to read XML and JSON.
- `html_to_markdown`, `markdown_converter`, `markdown_escapes`, `wordpress_markup`: the HTML of posts as Markdown.
- `archives`: archives, unpacked safely.
"""
