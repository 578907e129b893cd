"""The storage of static files in production: compressed, named by content, the style sheet minified."""

from typing import Any

import rcssmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLE_SHEET = "site.css"


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, which is given the site's style sheet without comments and blanks."""

    def _save(self, name: str, content: Any) -> str:
        if name == STYLE_SHEET:
            content = ContentFile(rcssmin.cssmin(content.read()))
        saved: str = super()._save(name, content)
        return saved
