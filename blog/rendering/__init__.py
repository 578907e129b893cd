"""View models: what templates show, as plain values; no HTML.

`listing.Listing` is a selection with order, view and page, `listing_page` its template context, `post.PostView` a post;
`navigation`, `neighbours`, `tag_cloud`, `comments`, `json_ld` and the others each build a part. `environment` is Jinja2's,
with its filters. Rows of which only the snapshot's answer tells the ids (cards that are not cached, neighbours, the latest
posts of a stream) are read here: for views to hand them in, each part would be built twice.
"""
