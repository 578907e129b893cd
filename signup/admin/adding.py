"""Adding a subscriber by hand, who is asked for the confirmation as by the form; and operators’ remarks on one."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, UpdateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.models import Site

from blog.models import BlogPage
from blog.tagindex.store import PUBLIC, snapshot
from signup.forms import SelectionForm
from signup.models import Rhythm, Subscriber, Texts
from signup.models.subscribers import NOTES_HELP
from signup.services import subscriptions
from signup.services.subscriptions import SignupRequest
from signup.sites import default_site
from wagtail_actions.actions import ACTOR_LENGTH
from web.addresses import normalise

if TYPE_CHECKING:
    AddFormView = FormView["AddForm"]
    NotesUpdateView = UpdateView[Subscriber, forms.BaseModelForm[Subscriber]]
else:
    AddFormView, NotesUpdateView = FormView, UpdateView


class AddForm(SelectionForm):
    """An address that an operator types, and what is to be sent there."""

    address = forms.CharField(label=gettext_lazy("Address"), max_length=320)
    tags = forms.CharField(
        label=gettext_lazy("Only notes tagged"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("As in the sign-up form, such as “design -work”. Empty: every note."),
    )
    rhythm = forms.ChoiceField(label=gettext_lazy("How often"), choices=Rhythm.choices)
    texts = forms.ChoiceField(label=gettext_lazy("Of each note"), choices=Texts.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language of the letters"), choices=settings.LANGUAGES)
    notes = forms.CharField(
        label=gettext_lazy("Remarks"), required=False, help_text=NOTES_HELP, widget=forms.Textarea({"rows": 3})
    )

    field_order = ("address", "tags", "rhythm", "texts", "language", "site", "notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"] = forms.ModelChoiceField(label=_("Site"), queryset=sites_with_blog(), empty_label=None)
        self.order_fields(self.field_order)

    def clean_address(self) -> Any:
        try:
            return normalise(self.cleaned_data["address"], smtputf8=settings.SIGNUP_SMTPUTF8)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def request(self) -> SignupRequest:
        given = self.cleaned_data
        names = ("address", "site", "language", "rhythm", "texts")
        return SignupRequest(selections=given["tags"], **{name: given[name] for name in names})


def sites_with_blog() -> Any:
    """Return the sites whose notes can be subscribed to."""
    return Site.objects.filter(root_page__in=BlogPage.objects.live()).select_related("root_page")


class AddView(PermissionCheckedMixin, WagtailAdminTemplateMixin, AddFormView):
    """Ask for an address; have it sent an email that asks for the confirmation."""

    permission_required = "add"
    form_class = AddForm
    template_name = "signup/admin/form.html"
    page_title = gettext_lazy("Add a subscriber")
    header_icon = "group"
    introduction = gettext_lazy(
        "The address is sent a letter that asks for the confirmation, and nothing else until its owner has confirmed."
    )
    button = gettext_lazy("Send the confirmation")

    @cached_property
    def site(self) -> Site:
        """Return the site whose tags may be named."""
        number = self.request.POST.get("site", "")
        chosen = sites_with_blog().filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
        return chosen or default_site()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "index": snapshot(self.site.root_page.path, PUBLIC)}

    def get_initial(self) -> dict[str, Any]:
        return {"site": default_site(), "language": settings.LANGUAGE_CODE}

    def form_valid(self, form: AddForm) -> HttpResponse:
        actor = self.request.user.get_username()[:ACTOR_LENGTH]
        try:
            subscriber = subscriptions.invite(form.request(), actor, form.cleaned_data["notes"])
        except subscriptions.Refused as error:
            form.add_error("address", str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("A letter that asks %s for the confirmation is on its way.") % subscriber)
        return HttpResponseRedirect(reverse("subscribers:inspect", args=[subscriber.pk]))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = {"url": reverse("subscribers:index"), "label": _("Subscribers")}
        return [*super().get_breadcrumbs_items(), listing, {"url": "", "label": self.get_page_title()}]


class NotesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, NotesUpdateView):
    """Change the remarks of operators on a subscriber. Wagtail's log, which outlasts an erasure, has no entry about it."""

    permission_required = "change"
    model = Subscriber
    queryset = Subscriber.objects.not_erased()
    fields = ("notes",)
    template_name = "signup/admin/form.html"
    page_title = gettext_lazy("Remarks")
    header_icon = "edit"
    button = gettext_lazy("Save")

    def get_success_url(self) -> str:
        return reverse("subscribers:inspect", args=[self.object.pk])

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = {"url": reverse("subscribers:index"), "label": _("Subscribers")}
        one = {"url": self.get_success_url(), "label": str(self.object)}
        return [*super().get_breadcrumbs_items(), listing, one, {"url": "", "label": self.get_page_title()}]
