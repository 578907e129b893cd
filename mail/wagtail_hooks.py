"""What mail adds to the Wagtail admin."""

from wagtail import hooks

from mail.admin import check, outbox, results

hooks.register("register_admin_viewset", lambda: outbox.viewset)
hooks.register("construct_homepage_panels", outbox.add_panel)
hooks.register("construct_homepage_panels", results.add_panel)
hooks.register("register_admin_viewset", lambda: check.viewset)
