"""One's own sessions on the page of one's account, with buttons that end them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from accounts import own_sessions
from accounts.admin.sign_ins import SignInsTabPanel, redirect_to_tab
from accounts.forms import PresentPasswordForm
from accounts.present_password import FIELD, is_confirmed
from wagtail_actions.users import admin_user

OTHERS = "others"


class SessionsPanel(SignInsTabPanel):
    """Where one is signed in. Its buttons send the form of the page to another address."""

    name = "sessions"
    title = gettext_lazy("Where you are signed in")
    order = 50
    template_name = "accounts/admin/sessions.html"

    def get_context_data(self) -> dict[str, Any]:
        own = self.request.session.session_key
        sessions = [
            (session, own_sessions.name_of(session.pk), session.pk == own) for session in own_sessions.sessions_of(self.user)
        ]
        form = PresentPasswordForm(self.request, prefix=self.name, use_required_attribute=False)
        return {"sessions": sessions, "others": OTHERS, "form": form}


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the session that was chosen, or all others, if the present password is right."""
    user = admin_user(request)
    if not is_confirmed(request, f"{SessionsPanel.name}-{FIELD}"):
        messages.error(request, _("No session has ended: type your present password."))
        return redirect_to_tab()
    chosen = request.POST.get("session", "")
    if chosen == OTHERS:
        ended = own_sessions.end_others(user, request.session.session_key)
    else:
        ended = int(own_sessions.end(user, chosen))
    if ended:
        messages.success(request, ngettext("%d session has ended.", "%d sessions have ended.", ended) % ended)
    else:
        messages.warning(request, _("That session had ended before."))
    return redirect_to_tab()
