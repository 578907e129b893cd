"""Views below /signup/: read the input, call one service, respond.

`form` is the sign-up form, `links` the pages that links in emails lead to, `manage` a subscriber's own page.
"""
