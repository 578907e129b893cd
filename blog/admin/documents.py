"""Documents in the library: refused in words where a file is of no permitted type, or not what its name says."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm

from blog.documents import check


class DocumentForm(BaseDocumentForm):
    """Wagtail's form, which looks at what is uploaded."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check(file, file.name or "")
        return file
