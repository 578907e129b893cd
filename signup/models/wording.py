"""The words of form and emails that an editor may change, for each site; an empty field says the built-in words."""

import re
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import PreviewableMixin, Site

from blog.models import Appearance
from signup.kinds import Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BUILT_IN: "dict[str, StrOrPromise]" = {
    "form_title": _("New notes by e-mail"),
    "form_text": _("Only what you choose: everything, or just the notes that carry certain tags."),
    "form_consent": _(
        "By sending this form you ask {site} to send its notes to this address. You can stop it at any time, by one click."
    ),
    "form_button": _("Send me the confirmation"),
    "next_text": _(
        "You get one letter with a link. Nothing else is sent until you press the button behind it, and every later "
        "letter can be stopped with one click."
    ),
    "sent_title": _("Look into your inbox"),
    "sent_text": _(
        "If this address can get our letters, one is on its way. Follow the link in it within seven days. "
        "Nothing there after a few minutes? Look among the junk, then try again."
    ),
    "confirm_subject": _("Please confirm: {selection}, {rhythm}"),
    "confirm_text": _(
        "Someone, probably you, asked for notes from {site} at this address: {selection}, {rhythm}. Confirm that it was you:"
    ),
    "add_subject": _("Please confirm one more: {selection}, {rhythm}"),
    "add_text": _(
        "Someone, probably you, asked for more notes from {site} at this address: {selection}, {rhythm}. It gets already: "
        "{present}. Add it to that:"
    ),
    "already_subject": _("You get notes from {site} already"),
    "already_text": _("Someone, probably you, asked for notes from {site} at this address, which gets them already."),
    "digest_subject": _("New from {site}: {selection}"),
    "digest_text": "",
    "footer": "",
}
FORM_WORDS = ("form_title", "form_text", "form_consent", "form_button", "next_text", "sent_title", "sent_text")
FORM, SENT = "form", "sent"  # previews of pages; the others are of emails, by their kind
PREVIEW_MODES: "list[tuple[str, StrOrPromise]]" = [
    (FORM, _("Form")),
    (SENT, _("Form, once it is sent")),
    (Kind.CONFIRM.value, _("Letter: please confirm")),
    (Kind.ADD.value, _("Letter: one more subscription")),
    (Kind.ALREADY.value, _("Letter: confirmed already")),
    (Kind.DIGEST.value, _("Letter: new notes")),
]
PREVIEW_HOOK = "preview_signup_wording"
SUBJECT_LENGTH = 150  # characters
TEXT_LENGTH = 2000  # characters
PLACEHOLDER = re.compile(r"\{(\w+)\}")

one_line = RegexValidator(r"^[^\x00-\x1f\x7f\u2028\u2029]*\Z", _("This must be one line, without control characters."))


def _line(label: "StrOrPromise") -> "models.CharField[str, str]":
    return models.CharField(label, max_length=SUBJECT_LENGTH, blank=True, validators=[one_line])


def _text(label: "StrOrPromise") -> "models.TextField[str, str]":
    return models.TextField(label, max_length=TEXT_LENGTH, blank=True)


@register_setting(icon="mail")
class Wording(PreviewableMixin, BaseSiteSetting):
    """The texts of a site. In each text `{site}` stands for the site's name, `{selection}` for what was chosen,
    `{rhythm}` for when it comes, and `{present}` for what the address gets already."""

    form_title = _line(_("heading"))
    form_text = _text(_("introduction"))
    form_consent = _text(_("what the visitor agrees to"))
    form_button = _line(_("button"))
    next_text = _text(_("what happens next"))
    sent_title = _line(_("heading once it is sent"))
    sent_text = _text(_("text once it is sent"))
    confirm_subject = _line(_("subject"))
    confirm_text = _text(_("text"))
    add_subject = _line(_("subject"))
    add_text = _text(_("text"))
    already_subject = _line(_("subject"))
    already_text = _text(_("text"))
    digest_subject = _line(_("subject"))
    digest_text = _text(_("introduction"))
    footer = _text(_("last lines of every letter"))

    class Meta:
        verbose_name = _("sign-up: form and letters")
        verbose_name_plural = _("sign-up: form and letters")

    @classmethod
    def of(cls, site: Site) -> "Wording":
        """Return the words of a site, without writing anything, as `for_site` does: visitors' GETs never do."""
        return cls.objects.filter(site=site).first() or cls(site=site)

    @property
    def preview_modes(self) -> "list[tuple[str, StrOrPromise]]":
        return PREVIEW_MODES

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Let `signup.admin.previews` respond, by a hook: a model imports no view."""
        (preview,) = hooks.get_hooks(PREVIEW_HOOK)
        response: HttpResponse = preview(request, self, mode_name)
        return response

    def say(self, name: str, **values: str) -> str:
        """Return the words under `name`: the editor's or the built-in ones, with `{site}` and each of `values` put in."""
        words = str(getattr(self, name) or BUILT_IN[name])
        values = {"site": self.site_name, **values}
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), words)

    def form_words(self) -> dict[str, str]:
        """Return the words around the form, by the names that templates use."""
        return {name: self.say(name) for name in FORM_WORDS}

    def texts(self) -> tuple[str, ...]:
        """Return what an editor wrote, as it stands now."""
        return tuple(getattr(self, name) for name in BUILT_IN)

    @cached_property
    def site_name(self) -> str:
        return str(Appearance.of(self.site).name or self.site.site_name or self.site.root_page.title)


def _panel(name: str) -> FieldPanel:
    return FieldPanel(name, help_text=format_lazy(_("Empty: “{words}”"), words=BUILT_IN[name]) if BUILT_IN[name] else "")


def _group(heading: "StrOrPromise", *names: str) -> MultiFieldPanel:
    return MultiFieldPanel([_panel(name) for name in names], heading)


Wording.panels = [
    _group(_("Form"), "form_title", "form_text", "form_consent", "form_button", "next_text", "sent_title", "sent_text"),
    _group(_("Letter that asks for the confirmation"), "confirm_subject", "confirm_text"),
    _group(_("Letter that asks whether to add a subscription"), "add_subject", "add_text"),
    _group(_("Letter to an address that is confirmed already"), "already_subject", "already_text"),
    _group(_("Letter with new notes"), "digest_subject", "digest_text"),
    _group(_("Every letter"), "footer"),
]
