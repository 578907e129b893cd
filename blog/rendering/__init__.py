"""View models: what templates show, as plain values; no HTML.

`listing.Listing` is a selection with order, view and page, `listing_page` its template context, `post.PostView` a post;
`navigation`, `neighbours`, `tag_cloud`, `comments`, `json_ld` and the others each build a part. `environment` is Jinja2's,
with its filters.
"""
