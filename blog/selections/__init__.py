"""Selections: sets of wanted and unwanted tags, and how their listings are asked for. Pure.

`selection.Selection` is the set with its canonical spelling, `slugs` spells a tag, `query` holds the parameters of a listing's
URL, `errors` says what is wrong with one, `converters` match the parts of URLs.
"""
