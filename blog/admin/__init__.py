"""The editor's side of the blog in the Wagtail admin."""
