"""Django's makemessages, which finds the messages of Jinja2 templates too."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management.commands import makemessages

from blog.rendering.messages import as_python

PAGES: Final = settings.ROOT / "templates" / "pages"


class BuildFile(makemessages.BuildFile):
    """A file to be read by xgettext: of a Jinja2 template, the calls of gettext that it stands for."""

    def preprocess(self) -> None:
        """Write the file that xgettext reads in the place of a template."""
        path = Path(self.path)
        if self.is_templatized and path.resolve().is_relative_to(PAGES):
            Path(self.work_path).write_text(as_python(path.read_text()))
        else:
            super().preprocess()


class Command(makemessages.Command):
    build_file_class = BuildFile
