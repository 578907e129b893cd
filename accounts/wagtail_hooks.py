"""What accounts add to the Wagtail admin."""

from wagtail import hooks

from accounts.admin import sign_ins

hooks.register("register_admin_viewset", lambda: sign_ins.viewset)
hooks.register("register_account_settings_panel", sign_ins.SignInsPanel)
