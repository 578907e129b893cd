"""Views of the blog: read the input, call one thing, respond. `blog.urls` names them.

Most are public views of a request and its `RequestState`; `pages.page` renders one, `errors.helpful` responds to selections
that cannot be meant, `other_sites` leaves to Wagtail what is not the blog's.
"""
