"""A blog as it is usually written with Wagtail and taggit, after the tutorial: what the site is measured beside."""
