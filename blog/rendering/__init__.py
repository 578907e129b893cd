"""View models: what templates show, as plain values; no HTML.

`listing.Listing` is a selection as one reader reads it, `listing_page` what its page shows, `post.PostView` a post;
`navigation`, `neighbours`, `tag_cloud`, `comments`, `json_ld` and the others each make a part. `environment` is Jinja2's,
with its filters.
"""
