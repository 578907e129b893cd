"""Will mail arrive? Checks of a domain's DNS and mail server, each finding with its cure.

Pure functions over a `lookup`; `lookup.Resolver` is the real one, `checking` puts them together.
"""
