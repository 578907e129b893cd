"""The demo: posts that are at once the guide for readers, editors and operators, for a site that is still empty."""

from blog.demo.loading import EDITOR, fill_site

__all__ = ["EDITOR", "fill_site"]
