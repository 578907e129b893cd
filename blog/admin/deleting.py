"""Deleting a tag or an author of any number of posts."""

from django.db.models import PROTECT, Min
from django.utils.functional import cached_property
from wagtail.models import ReferenceIndex
from wagtail.models.reference_index import ReferenceGroups
from wagtail.snippets.views.snippets import DeleteView

from blog.admin.usage import seen


class Usage(ReferenceGroups):
    """The references to an object, of which one of each kind is read to tell whether any protects it from deletion.

    Wagtail reads all: 6,000 references to a tag took 300 ms of the request that deletes it.
    """

    @cached_property
    def is_protected(self) -> bool:
        kinds = self.qs.order_by().values("base_content_type", "content_type", "model_path")
        one_of_each = kinds.annotate(first=Min("pk")).values_list("first", flat=True)
        references = ReferenceIndex.objects.filter(pk__in=list(one_of_each))
        return any(reference.on_delete == PROTECT for reference in references)


class DeleteNamed(DeleteView):
    """Delete a tag or an author of any number of posts."""

    def get_usage(self) -> Usage | None:
        return Usage(seen(ReferenceIndex.get_references_to(self.object))) if self.usage_url else None
