"""What the blog registers with Wagtail's admin: pages, listings, buttons, panels and checks."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from blog.admin import (  # noqa: F401  (some connect themselves)
    defaults,
    file_api,
    image_upload,
    images,
    markdown_help,
    new_post,
    post_form,
    post_titles,
    tag_field,
    text_field,
    warnings_when_saved,
)
from blog.admin.action_menu import publish_first
from blog.admin.choosers import for_editors
from blog.admin.content_checks import add_checks
from blog.admin.lists import BlogViewSetGroup
from blog.admin.merging import MergeTags
from blog.admin.page_choosers import limit_page_chooser
from blog.admin.posts import PostListingViewSet, PostViewSet, add_posts_panel

LATER = 10  # than Wagtail's own hooks, which are of order 0

URLS = [
    path("markdown-help/", for_editors(markdown_help.show), name=markdown_help.NAME),
    path("text-images/", for_editors(image_upload.upload), name=image_upload.NAME),
    path("post-titles/", for_editors(post_titles.find), name=post_titles.NAME),
    path("notes-from-elsewhere/", for_editors(new_post.bookmarklet), name=new_post.BOOKMARKLET_NAME),
    path("manifest.webmanifest", new_post.manifest, name=new_post.MANIFEST_NAME),
]


def bookmarklet_item() -> MenuItem:
    """Return the entry of the help menu that leads to the bookmarklet."""
    return MenuItem(_("Notes from elsewhere"), reverse(new_post.BOOKMARKLET_NAME), icon_name="link", order=50)


register_snippet(BlogViewSetGroup)
hooks.register("register_admin_urls", lambda: URLS)
hooks.register("register_admin_viewset", lambda: [PostListingViewSet(), PostViewSet()])
hooks.register("register_help_menu_item", bookmarklet_item)
hooks.register("register_bulk_action", MergeTags)
hooks.register("construct_homepage_panels", add_posts_panel)
hooks.register("construct_wagtail_userbar", add_checks)
hooks.register("construct_page_action_menu", publish_first)
hooks.register("construct_page_chooser_queryset", limit_page_chooser)
hooks.register("construct_admin_api", file_api.register, order=LATER)
hooks.register("insert_global_admin_css", new_post.manifest_link)
for _name in ("after_create_page", "after_edit_page"):
    hooks.register(_name, warnings_when_saved.warn)
