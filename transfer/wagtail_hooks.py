"""What import and export add to the Wagtail admin."""

from wagtail import hooks

from transfer.admin.exporting import ExportViewSet
from transfer.admin.importing import ImportViewSet

hooks.register("register_admin_viewset", lambda: [ImportViewSet(), ExportViewSet()])
