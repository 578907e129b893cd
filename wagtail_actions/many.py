"""What is done with many objects of a listing: chosen in it, asked about once, offered and allowed by permission."""

from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import BaseColumn, BulkActionsCheckboxColumn
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.widgets.button import BaseButton, Button, ButtonWithDropdown, ListingButton
from wagtail.permissions import policy_registry

from wagtail_actions.spreadsheets import SafeExportIndexView

MOST_BUTTONS = 4  # beside each other, as Wagtail has it; the others are behind “More”


class PermittedBulkAction(BulkAction):
    """A bulk action of whoever has a permission on its model."""

    permission = "change"

    @classmethod
    def is_permitted(cls, user: AbstractBaseUser | AnonymousUser) -> bool:
        allowed: bool = policy_registry.get_by_type(cls.get_default_model()).user_has_permission(user, cls.permission)
        return allowed

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever may not do this, before anything is read."""
        if not self.is_permitted(request.user):
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class BulkButtons:
    """A listing that offers the bulk actions of its model which its user may do: Wagtail offers each to everybody."""

    model: type[Model]
    request: HttpRequest

    @cached_property
    def bulk_buttons(self) -> list[BaseButton]:
        return buttons_for(self.model, self.request.user)


def buttons_for(model: type[Model], user: AbstractBaseUser | AnonymousUser) -> list[BaseButton]:
    """Return the buttons of a model's bulk actions that a user may do."""
    meta = model._meta
    found = bulk_action_registry.get_bulk_actions_for_model(meta.app_label, meta.model_name)
    permitted = sorted((one for one in found if one.is_permitted(user)), key=lambda one: one.action_priority)
    first, others = permitted[:MOST_BUTTONS], [_button(one, Button) for one in permitted[MOST_BUTTONS:]]
    shown = [_button(one, ListingButton, classname=" ".join(one.classes | {"bulk-action-btn"})) for one in first]
    attrs = {"title": _("More bulk actions"), "data-w-dropdown-keep-mounted-value": "true"}  # so that the script finds them
    more = {"attrs": attrs, "classname": "button button-secondary button-small"}
    return [*shown, ButtonWithDropdown(label=_("More"), buttons=others, **more)] if others else shown


def _button(action: type[PermittedBulkAction], kind: type[BaseButton], **more: str) -> BaseButton:
    meta = action.get_default_model()._meta
    url = reverse("wagtail_bulk_action", args=[meta.app_label, meta.model_name, action.action_type])
    attrs = {"aria-label": action.aria_label, "data-bulk-action-button": ""}
    return kind(action.display_name, url=url, attrs=attrs, priority=action.action_priority, **more)


class ChoosingIndexView(BulkButtons, SafeExportIndexView):
    """A listing whose rows are chosen for bulk actions, where its user may do any."""

    template_name = "wagtail_actions/choosing.html"
    choose_all: Any = ""  # what the button says that chooses what stands on other pages, too

    @cached_property
    def columns(self) -> list[BaseColumn]:
        boxes = [BulkActionsCheckboxColumn("bulk_actions", obj_type=self.model._meta.model_name)]
        return [*(boxes if self.bulk_buttons else []), *super().columns]

    def _get_title_column(self, *args: Any, **kwargs: Any) -> BaseColumn:
        name = self.model._meta.model_name
        title: BaseColumn = super()._get_title_column(*args, **kwargs, get_title_id=lambda one: f"{name}_{one.pk}_title")
        return title

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return {**context, "bulk_buttons": self.bulk_buttons, "choose_all": self.choose_all}
