"""What accounts add to the Wagtail admin."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path
from wagtail import hooks

from accounts.admin import email, profile_picture, second_factor, sessions, sign_ins

profile_picture.replace_field()
hooks.register("register_admin_viewset", lambda: sign_ins.viewset)
hooks.register("register_account_settings_panel", email.EmailPanel)
hooks.register("register_account_settings_panel", sign_ins.SignInsPanel)
hooks.register("register_account_settings_panel", sessions.SessionsPanel)
hooks.register("register_account_settings_panel", second_factor.SecondFactorPanel)
hooks.register("register_user_listing_buttons", second_factor.listing_buttons)


def admin_urls() -> list[URLPattern]:
    return [
        path("account/sessions/end/", sessions.end, name="accounts_end_session"),
        path("account/second-factor/", second_factor.enrol, name="accounts_enrol"),
        path("account/second-factor/recovery-codes/", second_factor.renew, name="accounts_renew_codes"),
        path("account/second-factor/remove/", second_factor.remove, name="accounts_remove_second_factor"),
        path("account/second-factor/reset/<int:pk>/", second_factor.reset, name="accounts_reset_second_factor"),
    ]


def permissions() -> QuerySet[Permission]:
    """Return what groups may be given: that their members must sign in with a second factor."""
    return Permission.objects.filter(content_type__app_label="accounts", codename="require_second_factor")


hooks.register("register_admin_urls", admin_urls)
hooks.register("register_permissions", permissions)
