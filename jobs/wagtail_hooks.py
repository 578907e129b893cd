"""What jobs add to the Wagtail admin: their pages, and the menu “Tools” of what starts them."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, SubmenuMenuItem

from jobs.admin.viewset import viewset

tools_menu = Menu(register_hook_name="register_tools_menu_item")


class ToolsMenuItem(SubmenuMenuItem):
    """The menu of tools, for whoever may use one beside the listing of their jobs."""

    def is_shown(self, request: HttpRequest) -> bool:
        return len(self.menu.menu_items_for_request(request)) > 1


hooks.register("register_admin_viewset", lambda: viewset)
hooks.register("register_tools_menu_item", viewset.get_menu_item)
hooks.register("register_admin_menu_item", lambda: ToolsMenuItem(_("Tools"), tools_menu, icon_name="cogs", order=800))
