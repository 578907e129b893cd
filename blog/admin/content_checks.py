"""Wagtail's panel of checks, with ours beside its own: what `blog.services.findings` marks in the preview.

Each is a rule of axe that finds such a mark, by a built-in check that fails where an element has no title: the marks have none.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.userbar import BaseItem, ContentCheckerItem

from blog.services.findings import Finding

WAGTAILS = ("empty-meta-description",)  # of which ours says the same: a post's description is its summary


def texts() -> dict[Finding, tuple[str, str]]:
    """Return the name of each finding, and what to do."""
    return {
        Finding.NO_TAGS: (_("The post has no tags"), _("Readers find posts by their tags: add some.")),
        Finding.NO_SUMMARY: (_("The post has no summary"), _("Listings, feeds and search engines show how the text begins.")),
        Finding.BROKEN_LINKS: (
            _("The text refers to what readers cannot open"),
            _("A page, picture or document of this site is gone, a draft or private."),
        ),
        Finding.FUTURE: (_("The publication time is yet to come"), _("To publish the post then, use “Set schedule”.")),
        Finding.USED_ONCE: (_("A tag is of no other post"), _("Perhaps there is one of nearly the same name.")),
    }


class PostCheckerItem(ContentCheckerItem):
    """Wagtail's checks, and ours."""

    def get_axe_run_only(self, request: HttpRequest) -> list[str]:
        return [*(rule for rule in super().get_axe_run_only(request) if rule not in WAGTAILS), "image-alt", *Finding]

    def get_axe_custom_rules(self, request: HttpRequest) -> list[dict[str, Any]]:
        own = [
            {
                "id": finding.value,
                "impact": "moderate",
                "selector": f'[data-finding="{finding}"]',
                "excludeHidden": False,
                "tags": ["best-practice"],
                "any": ["non-empty-title"],
                "all": [],
                "none": [],
                "enabled": True,
            }
            for finding in Finding
        ]
        return [*(rule for rule in super().get_axe_custom_rules(request) if rule["id"] not in WAGTAILS), *own]

    def get_axe_messages(self, request: HttpRequest) -> dict[str, dict[str, str]]:
        own = {finding.value: {"error_name": name, "help_text": cure} for finding, (name, cure) in texts().items()}
        cure = _("Say what it shows, for whoever does not see it.")
        alt = {"error_name": _("A picture has no alternative text"), "help_text": cure}
        return {**super().get_axe_messages(request), "image-alt": alt, **own}


def add_checks(request: HttpRequest, items: list[BaseItem], page: Any) -> None:
    """Put our checks in the place of Wagtail's: a receiver of its hook."""
    for place, item in enumerate(items):
        if isinstance(item, ContentCheckerItem):
            items[place] = PostCheckerItem(in_editor=item.in_editor)
