"""Posts of static site generators (Jekyll, Hugo, Hakyll, Eleventy): Markdown files with front matter. No database.

- `find`: which files are posts. Call `find_files`, then
- `read`: `read_post`, a file's bytes as a `SourcePost`.
- `front_matter`, `fields`, `dates`, `file_names`: what the front matter and the file's name say.
- `generators`: which generator a site was made with, and its configuration.
- `permalinks`: the addresses that a post had there; `permalink_patterns`: how each generator makes them; `eleventy`: by data.
- `image_paths`: the files of the images that a text shows.
- `template_tags`: Liquid, Nunjucks and Hugo's shortcodes, converted into Markdown.
"""
