"""Wagtail's rights on pages, by which nobody, not even a superuser, finds a post of the bin in listings or choosers.

Whoever may add pages and no more, as the Authors, finds their own there, and the live ones below which they may add.
"""

from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Q
from wagtail.models import Page, get_page_models
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

from blog.models.bin import outside_bin

TO_SEE: Final = {"change", "publish", "lock", "unlock", "bulk_delete"}  # rights to see a page; "add" is one to one's own


class PagePolicy(PagePermissionPolicy):
    """Wagtail's policy, in which a superuser's pages are those below the first root of the tree: the second is the bin's."""

    def _base_queryset_for_user(self, user: User) -> Any:
        pages = super()._base_queryset_for_user(user)
        return pages if pages is None else outside_bin(pages)

    def instances_with_direct_explore_permission(self, user: User) -> Any:
        if user.is_superuser:
            return Page.objects.filter(pk=Page.get_first_root_node().pk)
        return super().instances_with_direct_explore_permission(user)

    def explorable_instances(self, user: User) -> Any:
        pages = super().explorable_instances(user)
        if not self._adds_only(user):
            return pages
        own = self.instances_user_has_any_permission_for(user, TO_SEE)
        parents = Page.objects.live().exact_type(*(model for model in get_page_models() if model.allowed_subpage_models()))
        roots = [page.pk for page in self.instances_with_direct_explore_permission(user)]
        return pages.filter(Q(pk__in=own.values("pk")) | Q(pk__in=parents.values("pk")) | Q(pk__in=roots))

    def _adds_only(self, user: User) -> bool:
        """Return whether there are pages where a user may add others and see their own alone."""
        if self._base_queryset_for_user(user) is not None:
            return False
        given = [(right.permission.codename, right.page) for right in self.get_cached_permissions_for_user(user)]
        seen = [page for name, page in given if name in self._get_permission_codenames(TO_SEE)]
        added = [page for name, page in given if name == self._get_permission_codename("add")]
        return not all(any(page == above or page.is_descendant_of(above) for above in seen) for page in added)


register_permission_policy(Page, PagePolicy())
