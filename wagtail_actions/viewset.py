"""A viewset whose objects are not added, edited or deleted by a form, but changed by actions."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from wagtail_actions.actions import Action, ActionView
from wagtail_actions.spreadsheets import SafeExportIndexView


class ActingInspectView(generic.InspectView):
    """One object, with a button for each action that is possible and permitted."""

    actions: tuple[Action, ...] = ()
    namespace = ""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        return "–" if value is None else value

    @property
    def header_more_buttons(self) -> list[HeaderButton]:
        return []

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(
                label=action.label,
                url=reverse(f"{self.namespace}:{action.name}", args=[self.object.pk]),
                icon_name=action.icon,
                classname="serious" if action.serious else "",
            )
            for action in self.actions
            if self.is_offered(action)
        ]

    def is_offered(self, action: Action) -> bool:
        """Return whether an action is possible and permitted."""
        return action.is_possible(self.object) and self.user_has_permission(action.permission)


class ActingViewSet(ModelViewSet):
    """A listing with export, a page for each object, and its actions."""

    actions: tuple[Action, ...] = ()
    permissions: tuple[str, ...] = ("view", "change", "delete")
    index_view_class = SafeExportIndexView
    inspect_view_class = ActingInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: tuple[str, ...] = ()
    search_backend_name = None

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        forms = dict.fromkeys(("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name"))
        common: dict[str, Any] = super().get_common_view_kwargs(**{**forms, **kwargs})
        return common

    def get_inspect_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        acting: dict[str, Any] = super().get_inspect_view_kwargs(
            actions=self.actions, namespace=self.url_namespace or self.name, **kwargs
        )
        return acting

    def get_urlpatterns(self) -> list[URLPattern]:
        views = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("<int:pk>/", self.inspect_view, name="inspect"),
        ]
        return views + [path(f"<int:pk>/{action.name}/", self._view_of(action), name=action.name) for action in self.actions]

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """Return the permissions that have an effect here; nothing can be added."""
        codenames = [f"{permission}_{self.model_name}" for permission in self.permissions]
        registered: QuerySet[Permission] = super().get_permissions_to_register().filter(codename__in=codenames)
        return registered

    def register_admin_url_finder(self) -> None:
        """Register none: there is no edit page."""

    def _view_of(self, action: Action) -> Any:
        return ActionView.as_view(
            model=self.model,
            action=action,
            index_url_name=self.get_url_name("index"),
            inspect_url_name=self.get_url_name("inspect"),
        )
