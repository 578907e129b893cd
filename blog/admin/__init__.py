"""The blog in the Wagtail admin: lists of tags, streams and authors (`lists`), `merging` of tags, the form of `images`."""
