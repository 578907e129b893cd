"""What the blog registers with Wagtail's admin: pages, listings, buttons, panels and checks."""

from django.urls import path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from blog.admin import (  # noqa: F401  (some connect themselves)
    defaults,
    file_api,
    foreign_media,
    images,
    tag_field,
    unlisted_tags,
)
from blog.admin.choosers import for_editors
from blog.admin.lists import BlogViewSetGroup
from blog.admin.merging import MergeTags
from blog.admin.page_choosers import limit_page_chooser
from blog.markdown import preview

LATER = 10  # than Wagtail's own hooks, which are of order 0

URLS = [
    path("markdown-preview/", for_editors(preview.preview), name=preview.NAME),
]


register_snippet(BlogViewSetGroup)
hooks.register("register_admin_urls", lambda: URLS)
hooks.register("insert_global_admin_js", preview.script)
hooks.register("insert_global_admin_css", preview.style)
hooks.register("register_bulk_action", MergeTags)
hooks.register("construct_page_chooser_queryset", limit_page_chooser)
hooks.register("construct_admin_api", file_api.register, order=LATER)
