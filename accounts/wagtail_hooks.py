"""What accounts add to the Wagtail admin."""

from django.urls import path
from wagtail import hooks

from accounts.admin import sessions, sign_ins

hooks.register("register_admin_viewset", lambda: sign_ins.viewset)
hooks.register("register_account_settings_panel", sign_ins.SignInsPanel)
hooks.register("register_account_settings_panel", sessions.SessionsPanel)
hooks.register("register_admin_urls", lambda: [path("account/sessions/end/", sessions.end, name="accounts_end_session")])
