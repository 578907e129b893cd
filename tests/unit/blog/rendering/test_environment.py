"""The environment of Jinja2 templates: languages, escaping, what a template may use."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.utils import translation
from jinja2 import UndefinedError

from blog.rendering.messages import as_python
from kimonote.management.commands.makemessages import Command


def render(source: str, **words: Any) -> str:
    return engines["jinja2"].from_string(source).render(words)


def test_words_are_escaped_and_messages_filled() -> None:
    source = '<a title="{{ title }}">{% trans name=title %}Drop {{ name }}{% endtrans %}</a>'
    assert render(source, title='"A" & <b>') == ('<a title="&#34;A&#34; &amp; &lt;b&gt;">Drop &#34;A&#34; &amp; &lt;b&gt;</a>')


def test_each_language_has_its_own_words() -> None:
    source = "{% trans %}Every tag{% endtrans %} {{ 1234|number }} {{ language }}"
    english = render(source)
    with translation.override("de"):
        german = render(source)
    assert (english, german, render(source)) == ("Every tag 1,234 en", "Alle Schlagwörter 1.234 de", "Every tag 1,234 en")


def test_plurals_are_of_the_language() -> None:
    source = "{% trans count=count %}{{ count }} comment{% pluralize %}{{ count }} comments{% endtrans %}"
    with translation.override("de"):
        assert [render(source, count=count) for count in (1, 2)] == ["1 Kommentar", "2 Kommentare"]


def test_filters_format_days_hosts_and_texts() -> None:
    source = '{{ when|day }}; {{ when|date("Y-m-d") }}; {{ link|host }}; {{ text|truncatewords(1) }}{{ text|linebreaks }}'
    words = {"when": datetime(2018, 1, 24, tzinfo=UTC), "link": "https://www.example.org/a", "text": "<One> two"}
    expected = "24 January 2018; 2018-01-24; example.org; &lt;One&gt; …<p>&lt;One&gt; two</p>"
    assert render(source, **words) == expected


def test_addresses_have_names() -> None:
    assert render("{{ url('tags') }} {{ url('selection', 'a+b') }} {{ static('site.css') }}") == (
        "/tags/ /tags/a+b/ /static/site.css"
    )


def test_unknown_word_fails_in_development() -> None:
    with pytest.raises(UndefinedError, match="'titel' is undefined"):
        render("{{ titel }}")


def test_messages_of_a_template_are_found_in_their_lines() -> None:
    source = (
        '{% trans %}Tags{% endtrans %} {{ _("say \\"x\\"") }}\n\n{% trans count=n %}{{ count }} a{% pluralize %}b{% endtrans %}'
    )
    assert as_python(source) == 'gettext("Tags");gettext("say \\"x\\"")\n\nngettext("%(count)s a", "b", 0)'


def test_makemessages_reads_pages_as_jinja2_and_the_rest_as_django(tmp_path: Path, settings: Any) -> None:
    found = []
    for name in ("pages/404.html", "admin/mail/admin/check.html"):
        path = settings.ROOT / "templates" / name
        translatable = type("File", (), {"file": path.name, "dirpath": str(tmp_path), "path": str(path)})
        build = Command.build_file_class(Command(), "django", translatable)
        build.preprocess()
        found.append(Path(build.work_path).read_text())
    assert 'gettext("There is nothing here")' in found[0]
    assert "gettext(" in found[1]
