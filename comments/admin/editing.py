"""A comment's text and name, edited by a moderator; Wagtail's log has who did so, and when."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from blog.models import Comment
from comments.admin.actions import DECIDABLE
from comments.forms import EditForm
from comments.services import moderation

if TYPE_CHECKING:  # Django's view cannot be subscripted when it runs
    Form = FormView[EditForm]
else:
    Form = FormView


class EditView(PermissionCheckedMixin, WagtailAdminTemplateMixin, Form):
    """The form of a comment; what is shown of it changes at once."""

    template_name = "comments/admin/edit.html"
    permission_required = "change"
    model = Comment
    form_class = EditForm
    page_title = _("Edit comment")
    header_icon = "comment"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.user_has_permission(self.permission_required):
            self.comment = get_object_or_404(Comment.objects.filter(post__binned=None, state__in=DECIDABLE), pk=kwargs["pk"])
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "is_author": self.comment.author is not None}

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.comment.name, "text": self.comment.text}

    def form_valid(self, form: EditForm) -> HttpResponse:
        name = form.cleaned_data.get("name", self.comment.name)
        if not moderation.edit(self.comment.pk, name, form.cleaned_data["text"], self.request.user):
            messages.error(self.request, gettext("This comment has been deleted meanwhile."))
            return HttpResponseRedirect(reverse("comments:index"))
        messages.success(self.request, gettext("The comment is changed."))
        return HttpResponseRedirect(self.way_back())

    def way_back(self) -> str:
        return reverse("comments:inspect", args=[self.comment.pk])

    def get_page_subtitle(self) -> str:
        return str(self.comment)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = {"url": reverse("comments:index"), "label": capfirst(Comment._meta.verbose_name_plural)}
        one = {"url": self.way_back(), "label": str(self.comment)}
        return [*super().get_breadcrumbs_items(), listing, one, {"url": "", "label": self.get_page_title()}]
