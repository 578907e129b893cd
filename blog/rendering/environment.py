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
from jinja2 import nodes, select_autoescape
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from markupsafe import escape as escape_html

from blog.rendering.describe import notes_in
from blog.rendering.formats import day_in, grouped
from blog.rendering.post import host

MESSAGES = 1_000  # translated messages cached per language
EXTENSIONS = ("jinja2.ext.i18n",)
AUTOESCAPE = select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True)

FILTERS: dict[str, Callable[..., Any]] = {
    "date": date,
    "host": host,
    "linebreaks": linebreaks_filter,
    "localtime": localtime,
    "truncatewords": truncatewords,
    "xml": lambda text: Markup(escape(text)),  # noqa: S704 (escaped as XML needs it: texts are full of quotes)
}
# Defaults of the template context.
DEFAULTS: dict[str, Any] = {
    "blog": None,
    "base": "",
    "canonical": "",
    "canonical_url": "",
    "formulas": False,  # besides those of the block `main`
    "noindex": False,
    "here": "",
    "share": None,
    "editor_links": (),
    "sign_out": "",
    "typed": "",  # in the search box
    "reason": "",  # of an error page
    "userbar": "",  # of a preview
}


def escaped(value: object) -> str:
    """Return a value's text with HTML's special characters escaped, as markupsafe does, in a quarter of its time.

    A listing writes 300 values, most of them plain text, numbers or HTML: those need no `Markup` each.
    """
    if type(value) is str:
        is_plain = not ("&" in value or "<" in value or ">" in value or '"' in value or "'" in value)
        return value if is_plain else escape_html(value)
    if type(value) is Markup:
        return value
    return str(value) if type(value) is int else escape_html(value)


class TemplateCompiler(CodeGenerator):
    """Compiles a template so that what it writes goes through `escaped` in place of markupsafe's `escape`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(node, frame)
        self.writeline("escape = environment.escaped")


class SiteEnvironment(jinja2.Environment):
    """A Jinja2 environment that loads each template compiled for the active language.

    It holds one environment per language, so that messages are translated when a template is compiled.
    """

    def __init__(self, **options: Any) -> None:
        options |= {
            "autoescape": AUTOESCAPE,
            "extensions": EXTENSIONS,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "keep_trailing_newline": True,
            "cache_size": -1,  # all: they are few, and to keep the latest alone costs a lock
        }
        super().__init__(**options)
        self._options = options
        self._by_language: dict[str | None, LanguageEnvironment] = {}

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
            self._by_language[language] = LanguageEnvironment(language, **self._options)
        return self._by_language[language]


class LanguageEnvironment(jinja2.Environment):
    """A Jinja2 environment of one language: constant messages and URLs are resolved when a template is compiled."""

    code_generator_class = TemplateCompiler
    escaped = staticmethod(escaped)

    def __init__(self, language: str | None, **options: Any) -> None:
        super().__init__(**options)

        fixed = {"gettext": translation.gettext, "_": translation.gettext, "static": static, "url": url}
        self.constant_calls: dict[str, Callable[..., str]] = fixed

        in_language = {
            "number": partial(grouped, language),
            "notes": partial(notes_in, language),
            "day": partial(day_in, language),
        }
        self.filters |= {**FILTERS, **in_language}
        self.globals |= {**DEFAULTS, **fixed, "language": language, "rtl": translation.get_language_bidi()}
        self.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
            lru_cache(MESSAGES)(translation.gettext), lru_cache(MESSAGES)(translation.ngettext), newstyle=False
        )
        self.policies["ext.i18n.trimmed"] = True

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return a template's globals in one dictionary: of Jinja2's own ChainMap each page would take 35 µs to copy.

        Nothing is added to the environment's once it is made.
        """
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Generate a template's Python code, after constant calls are folded: Jinja2's hook for changes to the nodes."""
        return super()._generate(_ConstantCalls(self.constant_calls).visit(source), *args, **kwargs)


class _ConstantCalls(NodeTransformer):
    """Constant folding: replaces calls whose results cannot change while the process runs."""

    def __init__(self, functions: Mapping[str, Callable[..., str]]) -> None:
        self._functions = functions

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """Replace a call with constant arguments, such as gettext of a message or the URL of a name, by its result."""
        self.generic_visit(node)  # in place
        function = self._functions.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if function is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        values = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if len(values) != len(node.args):
            return node
        return nodes.Const(function(*values), lineno=node.lineno, environment=node.environment)


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of a named URL pattern."""
    return reverse(name, args=args, kwargs=kwargs)
