"""Blocks between colons: alerts, details, others without their marks; code and what is not closed stay as they are."""

import pytest

from blog.markdown import render
from transfer.importing.static_sites.containers import without_containers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(":::note\n\na\n\n:::", ":::note\n\na\n\n:::", id="Docusaurus"),
        pytest.param(":::tip[My title]\na\n:::", ":::tip[My title]\na\n:::", id="a title in brackets"),
        pytest.param(":::danger Take care\na\n:::", ":::caution[Take care]\na\n:::", id="a title behind the name"),
        pytest.param("::: warning\na\n:::", ":::warning\na\n:::", id="VuePress"),
        pytest.param("::: {.note}\na\n:::", ":::note\na\n:::", id="Pandoc"),
        pytest.param('::::: {#x .big .callout-tip title="T"}\na\n:::::', ":::tip[T]\na\n:::", id="Quarto"),
        pytest.param("::: Warning ::::::\na\n::::::::", ":::warning\na\n:::", id="Pandoc's with colons behind"),
        pytest.param(":::message\na\n:::", ":::note\na\n:::", id="Zenn's message"),
        pytest.param(":::message alert\na\n:::", ":::caution\na\n:::", id="Zenn's alert"),
        pytest.param(
            "::: details More <b>\na\n:::\nb",
            "<details><summary>More &lt;b&gt;</summary>\n\na\n\n</details>\n\nb",
            id="details",
        ),
        pytest.param("::: {.columns}\n::: {.column width=50%}\na\n:::\n:::\nb", "\n\na\n\n\nb", id="unknown ones"),
        pytest.param(":::aside-ish[Seen]\na\n:::", "\n**Seen**\n\na\n", id="an unknown one with a title"),
        pytest.param(":::note\na\n:::tip\nb\n:::\n:::", "::::note\na\n:::tip\nb\n:::\n::::", id="nested, equally marked"),
        pytest.param("- a\n\n  :::info\n  b\n  :::", "- a\n\n  :::note\n  b\n  :::", id="in a list"),
        pytest.param("```\n:::note\n:::\n```\n:::", "```\n:::note\n:::\n```\n:::", id="in code"),
        pytest.param("~~~md\n```\n:::x\n:::\n~~~", "~~~md\n```\n:::x\n:::\n~~~", id="in longer code"),
        pytest.param(":::other\na", ":::other\na", id="never closed"),
        pytest.param("::: ! :::\n:::\n1 ::: 2", "::: ! :::\n:::\n1 ::: 2", id="none"),
    ],
)
def test_blocks_between_colons(text: str, expected: str) -> None:
    assert without_containers(text)[0] == expected


def test_nested_alerts_are_shown_within_each_other() -> None:
    text, counts = without_containers(":::note\na\n:::danger\nb\n:::\nc\n:::\nd")
    assert render(text).html.replace("\n", "") == (
        '<div class="alert-note"><p class="alert-title" data-translated="">Note</p><p>a</p>'
        '<div class="alert-caution"><p class="alert-title" data-translated="">Caution</p><p>b</p></div><p>c</p></div><p>d</p>'
    )
    assert counts == {":::note": 1, ":::danger": 1}


def test_many_open_blocks_take_linear_time() -> None:
    line = f":::{' ' * 290}x\n:::{'a' * 290}]\n:::{' :' * 140}[\n"
    nested = ":::a\n" * 5_000 + ":::\n" * 5_000
    for text in (1_000 * line, nested, ":::a\n" * 50_000, ":::\n" * 50_000, ":::a[" * 50_000, ":::" + "{" * 50_000):
        without_containers(text)
