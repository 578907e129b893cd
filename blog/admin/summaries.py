"""The dashboard's summary: as many pages as its reader may see."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.site_summary import PagesSummaryItem, SummaryItem

from blog.admin.page_choosers import explorable_pages
from wagtail_actions.users import admin_user


class PagesSeen(PagesSummaryItem):
    """Wagtail's item, which counts the drafts of others too."""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        seen = explorable_pages(admin_user(self.request)).filter(depth__gt=1)
        return {**super().get_context_data(parent_context), "total_pages": seen.count()}


def count_what_is_seen(request: HttpRequest, items: list[SummaryItem]) -> None:
    """Put ours in place of Wagtail's item: a receiver of Wagtail's hook."""
    items[:] = [PagesSeen(request) if type(item) is PagesSummaryItem else item for item in items]
