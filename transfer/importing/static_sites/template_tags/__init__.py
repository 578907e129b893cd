"""Template tags in a post's text (Liquid, Nunjucks, Hugo's shortcodes) converted into Markdown.

- `convert`: `TemplateTagConverter`, one text. Call this.
- `alerts`: what encloses a note, a tip or a warning.
- `known_tags`: what tags of known names become: images, videos, links.
- `variables`: `{{ … }}`, variables and filters.
- `arguments`: the arguments of a tag.
- `markup`: Markdown and HTML for images, links and code.
"""
