"""`/_util/health/`: whether this process can query its database, for a load balancer or a monitor."""

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from blog.models import IndexRevision


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Respond with 200 and the revision, or with 503 and a sentence if the database is unavailable."""
    try:
        revision = IndexRevision.objects.values_list("number", flat=True).first()
    except Error:
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(f"ok, revision {revision or 0}\n", content_type="text/plain; charset=utf-8")
