"""Posts, tags, selections and everything a reader sees; `docs/architecture.md` is the map.

`urls` names every address, `views` respond; `request` makes the state that a response is made from, `resolve` reads a
selection from a URL, `paths` writes the path of one, `search` finds words, `images` makes versions of pictures, `theming`
the accent colour; `signals` raise the revision for what changes listings without a post's `save()`.
"""
