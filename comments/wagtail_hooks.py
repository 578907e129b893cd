"""What comments add to the Wagtail admin."""

from wagtail import hooks

from comments.admin import dashboard, listing
from comments.admin.bulk_actions import FOR_MANY

hooks.register("register_admin_viewset", lambda: listing.viewset)
hooks.register("construct_homepage_panels", dashboard.add_panel)
for action in FOR_MANY:
    hooks.register("register_bulk_action", action)
