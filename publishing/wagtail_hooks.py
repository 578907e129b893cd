"""What publishing adds to the Wagtail admin."""

from django.urls import URLPattern, path
from wagtail import hooks

from publishing.admin import consent, tokens
from publishing.indieauth.views import AUTHORIZE

hooks.register("register_account_settings_panel", tokens.TokensPanel)


def admin_urls() -> list[URLPattern]:
    return [
        path("account/tokens/new/", tokens.new, name="publishing_new_token"),
        path("indieauth/", consent.authorize, name=AUTHORIZE),
        path("account/tokens/end/", tokens.end, name="publishing_end_token"),
    ]


hooks.register("register_admin_urls", admin_urls)
