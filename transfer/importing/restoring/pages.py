"""A plain page put where it was, with the id that it had."""

from wagtail.models import Page

from blog.models import PlainPage
from transfer.importing.writing.bulk_create import PAGE_FIELDS, place_in_tree


def add_page(parent: Page, page: PlainPage, number: int | None) -> None:
    """Add an unpublished page below another, with this id if there is one: Wagtail takes a page with an id for a stored one."""
    if number is None:
        parent.add_child(instance=page)
        return
    page.render()
    page.id = page.pk = number
    place_in_tree(parent, [page])
    page_fields = {field.attname: getattr(page, field.attname) for field in PAGE_FIELDS}
    Page(pk=number, **page_fields).save_base(raw=True, force_insert=True)
    page.save_base(raw=True, force_insert=True)
