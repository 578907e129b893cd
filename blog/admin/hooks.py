"""What the blog registers with Wagtail's admin: pages, listings, buttons, panels and checks."""

from functools import partial

from django.template.loader import render_to_string
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
    page_policy,
    post_form,
    post_titles,
    post_undo,
    stream_form,
    tag_field,
    text_field,
    warnings_when_saved,
)
from blog.admin.action_menu import publish_first
from blog.admin.actions import register as register_page_actions
from blog.admin.bin import BinViewSet, bin_deleted_page, log_actions
from blog.admin.bin_many import BIN_ACTIONS
from blog.admin.choosers import for_editors
from blog.admin.content_checks import add_checks
from blog.admin.lists import BlogViewSetGroup
from blog.admin.merging import DeleteTags, MergeTags
from blog.admin.page_access import redirect_from_binned
from blog.admin.page_choosers import limit_page_chooser
from blog.admin.picture_versions import VersionsViewSet
from blog.admin.post_bulk_actions import POST_ACTIONS
from blog.admin.posts import PostListingViewSet, PostViewSet, add_posts_panel
from blog.admin.summaries import count_what_is_seen
from blog.admin.tags import actions, history, log, reports

LATER = 10  # than Wagtail's own hooks, which are of order 0

URLS = [
    path("markdown-help/", for_editors(markdown_help.show), name=markdown_help.NAME),
    path("text-images/", for_editors(image_upload.upload), name=image_upload.NAME),
    path("post-titles/", for_editors(post_titles.find), name=post_titles.NAME),
    path("notes-from-elsewhere/", for_editors(new_post.bookmarklet), name=new_post.BOOKMARKLET_NAME),
    path("manifest.webmanifest", new_post.manifest, name="blog_manifest"),
    path("selection-suggestions/", for_editors(stream_form.suggest), name=stream_form.SUGGESTIONS),
    path("selection-preview/", for_editors(stream_form.preview), name=stream_form.PREVIEW),
    *actions.urls,
    *history.urls,
    *reports.urls,
    *post_undo.urls,
]


def bookmarklet_item() -> MenuItem:
    """Return the entry of the help menu that leads to the bookmarklet."""
    return MenuItem(_("Notes from elsewhere"), reverse(new_post.BOOKMARKLET_NAME), icon_name="link", order=50)


register_snippet(BlogViewSetGroup)
hooks.register("register_admin_urls", lambda: URLS)
hooks.register("register_admin_viewset", lambda: [PostListingViewSet(), PostViewSet(), BinViewSet(), VersionsViewSet()])
hooks.register("register_help_menu_item", bookmarklet_item)
for _action in (MergeTags, DeleteTags, *POST_ACTIONS, *BIN_ACTIONS):
    hooks.register("register_bulk_action", _action, order=LATER)
hooks.register("before_delete_page", bin_deleted_page)
hooks.register("before_bulk_action", redirect_from_binned)
hooks.register("register_log_actions", log_actions)
hooks.register("register_log_actions", log.register)
hooks.register("register_actions", register_page_actions)
hooks.register("construct_homepage_panels", add_posts_panel)
hooks.register("construct_homepage_summary_items", count_what_is_seen, order=LATER)
hooks.register("construct_wagtail_userbar", add_checks)
hooks.register("construct_page_action_menu", publish_first)
hooks.register("construct_page_chooser_queryset", limit_page_chooser)
hooks.register("construct_admin_api", file_api.register, order=LATER)
hooks.register("insert_global_admin_css", partial(render_to_string, "blog/admin/head.html"))
hooks.register("insert_global_admin_js", partial(render_to_string, "blog/admin/scripts.html"))
for _name in ("after_create_page", "after_edit_page"):
    hooks.register(_name, warnings_when_saved.warn)
for _name in ("after_create_snippet", "after_edit_snippet"):
    hooks.register(_name, stream_form.warn_of_unknown)
