import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.forms import CharField, Form
from django.template import Context, Template

TEMPLATE = Template("{% load described_fields %}{% described_field form.word %}")


@pytest.mark.parametrize("help_text", ["", "One."])
def test_field_is_described_by_what_is_wrong_with_it(help_text: str) -> None:
    form = type("WordForm", (Form,), {"word": CharField(help_text=help_text)})({})
    page = BeautifulSoup(TEMPLATE.render(Context({"form": form})), "html.parser")
    describing = [page.find(id=name) for name in page.select_one("input")["aria-describedby"].split()]
    assert [element.get_text(" ", strip=True) for element in describing] == [
        *filter(None, [help_text]),
        "This field is required.",
    ]


def test_templates_have_no_field_that_is_described_otherwise() -> None:
    templates = (settings.ROOT / "templates" / "admin").rglob("*.html")
    assert [path.name for path in templates if "{% formattedfield" in path.read_text()] == []
