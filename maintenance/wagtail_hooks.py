"""What work on many posts adds to the Wagtail admin."""

from wagtail import hooks

from maintenance.admin import suggestions
from maintenance.admin.broken_links import LinksViewSet
from maintenance.admin.find_replace import FindReplaceViewSet
from maintenance.admin.topics import TopicsViewSet

hooks.register("register_admin_urls", lambda: suggestions.URLS)
hooks.register("register_admin_viewset", lambda: [FindReplaceViewSet(), LinksViewSet(), TopicsViewSet()])
hooks.register("register_bulk_action", suggestions.SuggestTags, order=10)  # after Wagtail's own
