"""Merging, splitting and deleting a tag, and giving it an old name: a form, what would change, and a button."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.permissions import ModelPermissionPolicy

from blog.admin.tags.done import LISTING, say_done
from blog.admin.tags.effects import effects_of, stays
from blog.admin.tags.forms import ActionForm, AliasForm, DeleteForm, MergeForm, SplitForm
from blog.models import Tag, TagOperation
from blog.models.tag_names import find_tags
from blog.selections.selection import Selection
from blog.services.tags import TagError, add_alias, delete_tag, merge, split_tag
from wagtail_actions.users import admin_user

if TYPE_CHECKING:  # Django's view cannot be subscripted when it runs
    Form = FormView[ActionForm]
else:
    Form = FormView

EDIT = "wagtailsnippets_blog_tag:edit"
policy = ModelPermissionPolicy(Tag)


def may_manage_tags(user: Any) -> bool:
    """Return whether a user may do everything to tags."""
    return all(policy.user_has_permission(user, action) for action in ("add", "change", "delete"))


class TagActionView(PermissionCheckedMixin, WagtailAdminTemplateMixin, Form):
    """Ask by GET, show what would change by a first POST, and do it by a second one of the same."""

    template_name = "blog/admin/tags/action.html"
    permission_policy = policy
    permission_required = "change"
    header_icon = "tag"
    is_serious = False
    label: Any = ""
    explanation: Any  # with a place for the tag
    form_class: type[ActionForm]
    has_preview = True
    preview: list[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.preview = []
        if may_manage_tags(request.user):  # else refused, before anything is read
            self.object = get_object_or_404(Tag, pk=kwargs["pk"])
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def user_has_permission(self, permission: str) -> bool:
        return may_manage_tags(self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "tag": self.object, "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "") for name in self.form_class.base_fields}

    def form_valid(self, form: Any) -> HttpResponse:
        if self.has_preview and self.request.POST.get("confirmed") != self.fingerprint(form):
            self.preview = self.effects(form)
            shown: HttpResponse = self.render_to_response(self.get_context_data(form=form, confirmed=self.fingerprint(form)))
            return shown
        try:
            operation = self.do(form)
        except TagError as error:
            form.add_error(None, str(error))
            refused: HttpResponse = self.form_invalid(form)
            return refused
        say_done(self.request, operation)
        return HttpResponseRedirect(self.way_back())

    def fingerprint(self, form: Any) -> str:
        """Return what was previewed: where another thing is sent, it is shown first."""
        return repr([form.data.get(name, "") for name in form.fields])

    def effects(self, form: Any) -> list[str]:
        return effects_of(admin_user(self.request), self.object)

    def do(self, form: Any) -> TagOperation:
        raise NotImplementedError

    def way_back(self) -> str:
        there = Tag.objects.filter(pk=self.object.pk).exists()
        return reverse(EDIT, args=[self.object.pk]) if there else reverse(LISTING)

    def get_page_title(self) -> str:
        return str(self.label)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        listing = {"url": reverse(LISTING), "label": gettext("Tags")}
        one = {"url": reverse(EDIT, args=[self.object.pk]), "label": str(self.object)}
        return [*self.breadcrumbs_items, listing, one, {"url": "", "label": self.get_header_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "label": self.label if self.preview or not self.has_preview else gettext("Continue"),
            "explanation": self.explanation % self.object,
            "has_preview": self.has_preview,
            "preview": self.preview,
            "is_serious": self.is_serious,
            "way_back": self.way_back(),
        }
        context: dict[str, Any] = super().get_context_data(**own, **kwargs)
        return context


class Merge(TagActionView):
    label = _("Merge")
    explanation = _("The posts of “%s” get another tag instead, to which its addresses lead.")
    form_class = MergeForm
    is_serious = True

    def effects(self, form: Any) -> list[str]:
        target = form.cleaned_data["target"]
        effects = effects_of(admin_user(self.request), self.object, target)
        return [*effects, *stays([self.object.slug], Selection.of([target.slug]))]

    def do(self, form: Any) -> TagOperation:
        return merge(self.object, form.cleaned_data["target"], self.request.user)

    def way_back(self) -> str:
        return reverse(LISTING)


class AddAlias(TagActionView):
    label = _("Add old name")
    explanation = _("“%s” gets an old name, or another one that people know it by.")
    form_class = AliasForm
    has_preview = False  # no post and no address changes

    def do(self, form: Any) -> TagOperation:
        return add_alias(self.object, form.cleaned_data["name"], self.request.user)


class Split(TagActionView):
    label = _("Split")
    explanation = _("Some posts of “%s” get another tag instead.")
    form_class = SplitForm

    def effects(self, form: Any) -> list[str]:
        name, count = form.cleaned_data["name"], len(form.posts)
        there = find_tags([name]).get(name)
        if form.is_old_name:
            became = gettext("“%(name)s” is no longer an old name of “%(tag)s”, but a tag of its own.")
        else:
            became = gettext("“%(name)s” is a tag that there is already.") if there else gettext("“%(name)s” is a new tag.")
        moved = ngettext(
            "%(count)d post that you may see gets “%(name)s” instead of “%(tag)s”.",
            "%(count)d posts that you may see get “%(name)s” instead of “%(tag)s”.",
            count,
        )
        names = {"count": count, "name": name if form.is_old_name or not there else there, "tag": self.object}
        return [sentence % names for sentence in (became, moved if count else "") if sentence]

    def do(self, form: Any) -> TagOperation:
        return split_tag(self.object, form.cleaned_data["name"], form.posts, self.request.user)


class Delete(TagActionView):
    label = _("Delete")
    explanation = _("The posts of “%s” stay, without it.")
    form_class = DeleteForm
    is_serious = True

    def effects(self, form: Any) -> list[str]:
        leads_to = form.cleaned_data["leads_to"]
        lost = gettext("Its addresses will be unknown: streams and subscriptions that name it select nothing by it.")
        follow = gettext("Its addresses, and streams and subscriptions that name it, follow to “%s”.") % leads_to.typed
        effects = effects_of(admin_user(self.request), self.object)
        return [*effects, *([follow, *stays([self.object.slug], leads_to)] if leads_to else [lost])]

    def do(self, form: Any) -> TagOperation:
        return delete_tag(self.object, self.request.user, form.cleaned_data["leads_to"])

    def way_back(self) -> str:
        return reverse(LISTING)


VIEWS: dict[str, type[TagActionView]] = {"merge": Merge, "split": Split, "alias": AddAlias, "delete": Delete}
urls: list[URLPattern] = [path(f"tags/<int:pk>/{name}/", view.as_view(), name=f"tag_{name}") for name, view in VIEWS.items()]
