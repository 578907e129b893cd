"""What sign-up adds to Wagtail: the admin's pages and panel, previews, and the view of sign-up pages."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from wagtail import hooks
from wagtail.models import Page

from blog.views.previews import EMAIL_HOOK
from mail.admin.check import PERMITTED_MODELS
from signup.admin import announcements, dashboard, mailing, many, previews, subscribers
from signup.models import SignupPage, Subscriber
from signup.models.wording import PREVIEW_HOOK
from signup.views import form

Serve = Callable[[Page, HttpRequest, list[Any], dict[str, Any]], HttpResponseBase]
INNERMOST = 1000  # after the hooks that may refuse a reader


def serve_signup_page(next_serve: Serve) -> Serve:
    """Serve a sign-up page by the view of the form."""

    def serve(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponseBase:
        is_ours = isinstance(page, SignupPage)
        return form.form(request, page=page) if is_ours else next_serve(page, request, args, kwargs)

    return serve


hooks.register("on_serve_page", serve_signup_page, order=INNERMOST)
hooks.register("register_admin_viewset", lambda: [subscribers.subscribers, announcements.announcements])
for action in many.ACTIONS:
    hooks.register("register_bulk_action", action)
hooks.register("construct_homepage_panels", dashboard.add_panel)
hooks.register("register_admin_urls", mailing.urls)
hooks.register("register_page_action_menu_item", mailing.MailingItem)
hooks.register(PREVIEW_HOOK, previews.preview)
hooks.register(EMAIL_HOOK, previews.email_html)
PERMITTED_MODELS.append(Subscriber)  # whoever may see subscribers may see whether mail reaches them
