"""The root URLconf: Django routes before Wagtail's catch-all."""

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.views import second_factor_page
from blog import urls as blog_urls
from blog.admin import choosers, new_post, page_access, page_choosers
from blog.views import media
from kimonote.health import health, ready
from kimonote.security_txt import security_txt
from mail.webhooks import webhook_urls

urlpatterns = [
    path("", include(blog_urls)),  # first: most requests match here
    path("admin/second-factor/", second_factor_page, name="accounts_second_factor"),  # for whoever is not signed in yet
    path("admin/failwhale/", RedirectView.as_view(pattern_name="wagtailadmin_home")),  # Wagtail's view raises on purpose
    path("admin/", include([*page_choosers.urls, *choosers.urls, *page_access.urls])),  # for whoever may see what they name
    path("admin/", include(wagtailadmin_urls)),
    re_path(r"^documents/(\d+)/(.*)$", media.document),  # Wagtail's own has the name
    path("documents/", include(wagtaildocs_urls)),
    path("signup/", include("signup.urls")),
    *webhook_urls(settings.ANYMAIL.get("WEBHOOK_SECRET", "")),
    path("_util/logout/", LogoutView.as_view(next_page="/"), name="sign_out"),  # beside Wagtail's _util/login/
    path("_util/health/", health, name="health"),
    path("readyz", ready, name="ready"),
    path(".well-known/security.txt", security_txt),
    path("new", new_post.new, name="new"),
    path("media/private/<path:path>", media.private_media),
    path("", include("publishing.urls")),
    path("", include(blog_urls.post_patterns)),  # last: a post may have any name that is not taken
    path("", include("comments.urls")),
]
if settings.METRICS_TOKEN:  # else its library is not even loaded
    from kimonote.metrics import metrics

    urlpatterns.insert(0, path("metrics", metrics))
if settings.MEDIA_STORAGE or settings.DEVELOPMENT:  # else the web server serves these files
    urlpatterns.append(path("media/<path:path>", media.media))
urlpatterns.append(path("", include(wagtail_urls)))

handler400 = "blog.views.errors.bad_request"
handler403 = "blog.views.errors.permission_denied"
handler404 = "blog.views.errors.not_found"
handler500 = "blog.views.errors.server_error"
