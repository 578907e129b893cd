"""The Jinja2 environment of the templates that readers and subscribers see.

Django's template backend makes it (`settings.TEMPLATES`); a template has the globals and filters of this module.
"""

from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache, partial
from typing import Any
from xml.sax.saxutils import escape

import jinja2
from django.template.defaultfilters import date, linebreaks_filter, truncatewords
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime
from jinja2 import select_autoescape
from markupsafe import Markup

from blog.dates import day
from blog.numbers import grouped
from blog.rendering.post import host

MESSAGES = 1_000  # remembered in each language
FIXED_URLS = 1_000  # remembered: those of a name alone
EXTENSIONS = ("jinja2.ext.i18n",)
AUTOESCAPE = select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True)

FILTERS: dict[str, Callable[..., Any]] = {
    "date": date,
    "day": day,
    "host": host,
    "linebreaks": linebreaks_filter,
    "localtime": localtime,
    "truncatewords": truncatewords,
    "xml": lambda text: Markup(escape(text)),  # noqa: S704 (escaped as XML needs it: texts are full of quotes)
}
# What a view need not say of its page.
DEFAULTS: dict[str, Any] = {"blog": None, "base": "", "canonical": "", "noindex": False, "here": ""}


class SiteEnvironment(jinja2.Environment):
    """A Jinja2 environment that gives each template in the active language.

    It holds an environment for each language, so that a template never asks for the language that it is rendered in.
    """

    def __init__(self, **options: Any) -> None:
        options |= {
            "autoescape": AUTOESCAPE,
            "extensions": EXTENSIONS,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "keep_trailing_newline": True,
        }
        super().__init__(**options)
        self._options = options
        self._by_language: dict[str | None, jinja2.Environment] = {}

    def get_template(
        self, name: str | jinja2.Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        """Load a template in the active language."""
        return self.in_active_language().get_template(name, parent, globals)

    def from_string(self, source: Any, globals: MutableMapping[str, Any] | None = None, template_class: Any = None) -> Any:
        """Compile a template in the active language."""
        return self.in_active_language().from_string(source, globals, template_class)

    def in_active_language(self) -> jinja2.Environment:
        """Return the environment of the active language."""
        language = translation.get_language()
        if language not in self._by_language:
            self._by_language[language] = _environment(language, self._options)
        return self._by_language[language]


def _environment(language: str | None, options: Mapping[str, Any]) -> jinja2.Environment:
    environment = jinja2.Environment(**options)  # noqa: S701 (AUTOESCAPE is among them)
    environment.filters |= {**FILTERS, "number": partial(_number, language=language)}
    environment.globals |= {
        **DEFAULTS,
        "language": language,
        "rtl": translation.get_language_bidi(),
        "static": static,
        "url": url,
    }
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lru_cache(MESSAGES)(translation.gettext), lru_cache(MESSAGES)(translation.ngettext), newstyle=False
    )
    environment.policies["ext.i18n.trimmed"] = True
    return environment


def _number(count: int, language: str | None) -> str:
    return grouped(count, language)


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of a named URL pattern."""
    return reverse(name, args=args, kwargs=kwargs) if args or kwargs else _fixed_url(name)


@lru_cache(FIXED_URLS)
def _fixed_url(name: str) -> str:
    return reverse(name)
