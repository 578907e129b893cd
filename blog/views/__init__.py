"""Views of the blog: parse the input, call one function, respond. `blog.urls` routes to them.

Most are public views of a request and its `RequestState`; `pages.page` renders one, `errors.helpful` responds to invalid
selections, `other_sites` leaves hosts without a blog to Wagtail.
"""
