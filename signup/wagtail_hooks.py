"""What sign-up adds to the Wagtail admin."""

from wagtail import hooks

from signup.admin import check, dashboard, outbox, subscribers

hooks.register("register_admin_viewset", lambda: subscribers.subscribers)
hooks.register("construct_homepage_panels", dashboard.add_panel)
hooks.register("register_admin_viewset", lambda: outbox.viewset)
hooks.register("construct_homepage_panels", outbox.add_panel)
hooks.register("register_admin_viewset", lambda: check.viewset)
