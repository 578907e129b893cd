"""Which fields of a body Wagtail's API v3 writes. What it does not know it passes over, so that nothing changes, with 200."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel
from wagtail.api.v3.registry import registry
from wagtail.images import get_image_model
from wagtail.models import Page

from publishing.refusals import UNPROCESSABLE, Refusal


def check(request: HttpRequest, name: str, kwargs: dict[str, str], data: dict[str, Any]) -> None:
    """Raise Refusal that names a field of a body which this route does not write."""
    schema = _schema(name, kwargs, data)
    if schema is None:
        return
    _refuse_others(schema, [*request.POST, *data])
    meta, given = schema.model_fields.get("meta"), data.get("meta")
    if meta is not None and given:
        _refuse_others(_model_of(meta.annotation), given, "meta.")


def _schema(name: str, kwargs: dict[str, str], data: dict[str, Any]) -> type[BaseModel] | None:
    """Return what is known of the fields that a route writes; None where Wagtail refuses the type itself.

    Routes of one address have one name, of the first of them.
    """
    if name in ("list_pages", "create_page"):
        known = registry.get(str((data.get("meta") or {}).get("type")))
        return known.create_schema if known else None
    if name in ("detail_page", "update_page"):
        page = Page.objects.filter(pk=kwargs["page_id"]).first()
        known = registry.get(page.specific_class._meta.label) if page and page.specific_class else None
        return known.patch_schema if known else None
    if name.endswith("_image"):
        known = registry.get(get_image_model()._meta.label)
        return known.patch_schema if known else None  # of the same fields as a new one's
    return None


def _model_of(annotation: Any) -> Any:
    """Return the model in an annotation that may be optional."""
    return next((one for one in getattr(annotation, "__args__", ()) if one is not type(None)), annotation)


def _refuse_others(schema: Any, names: Iterable[str], before: str = "") -> None:
    written = {field.alias or name: name for name, field in schema.model_fields.items()}
    for name in names:
        if name in written:
            continue
        alias = next((alias for alias, field in written.items() if field == name), None)
        said = _("“%(name)s” is not written: send “%(alias)s”.") if alias else _("“%(name)s” is not written here.")
        raise Refusal(UNPROCESSABLE, said % {"name": (before + name)[:100], "alias": alias})
