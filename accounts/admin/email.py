"""One's e-mail address, which is changed by whoever knows the present password: links to reset it are sent there."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy
from wagtail.admin.views.account import BaseSettingsPanel

from accounts.forms import EmailForm


class EmailPanel(BaseSettingsPanel):
    """In place of Wagtail's field, which asks for no password (WAGTAIL_EMAIL_MANAGEMENT_ENABLED)."""

    name = "email"
    title = gettext_lazy("E-mail address")
    order = 150

    def get_form(self) -> EmailForm:
        """Return the form, of an instance of its own: what is refused must not reach what the others save."""
        instance = get_user_model().objects.get(pk=self.user.pk)
        data = self.request.POST if self.request.method == "POST" else None
        return EmailForm(self.request, data, instance=instance, prefix=self.name)
