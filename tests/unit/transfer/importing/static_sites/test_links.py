"""Links between posts, by every way that generators have to name a post."""

import pytest

from transfer.importing.static_sites.links import LinkedPost, LinkIndex, LinkResolver
from transfer.importing.static_sites.targets import Target, TargetKind, find_targets, replace_targets

INDEX = LinkIndex.of(
    [
        LinkedPost("_posts/2014-03-12-Coming-soon.md", "soon", "Coming: soon", ("/2014/03/12/Coming-soon.html",)),
        LinkedPost("content/blog/two.md", "zwei", "Two words", ("/blog/two",)),
        LinkedPost("content/blog/bundle/index.md", "bundle", "A bundle", ("/blog/bundle",)),
        LinkedPost("content/caf\N{LATIN SMALL LETTER E WITH ACUTE}.md", "cafe", "Café", ("/café",)),
    ]
)


def resolver() -> LinkResolver:
    return LinkResolver(INDEX, "content/blog/this.md", ("/blog/this",), "old.example")


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("[a](imported:2014-03-12-Coming-soon)", "[a](/soon/)"),
        ("[a](imported:_posts/2014-03-12-Coming-soon.md#b)", "[a](/soon/#b)"),
        ("[a](imported:blog/two.md) [b](imported:two) [c](imported:/blog/bundle)", "[a](/zwei/) [b](/zwei/) [c](/bundle/)"),
        ("[a](two.md) [b](./two.md#c) [c](../blog/bundle/index.md)", "[a](/zwei/) [b](/zwei/#c) [c](/bundle/)"),
        ("[a](@/blog/two.md) [b](@/blog/bundle/index.md#x)", "[a](/zwei/) [b](/bundle/#x)"),
        ("[a](/2014/03/12/Coming-soon.html) [b](/2014/03/12/Coming-soon/)", "[a](/soon/) [b](/soon/)"),
        ("[a](https://old.example/blog/two/?x=1#y)", "[a](/zwei/#y)"),
        ('[a](../two/) [b](/caf%C3%A9/ "T")', '[a](/zwei/) [b](/cafe/ "T")'),
        ("[a][r]\n\n[r]: /blog/two/ 'T'", "[a][r]\n\n[r]: /zwei/ 'T'"),
        ('<a class="x" href="/blog/two/">a</a> <a href=two.md>', '<a class="x" href="/zwei/">a</a> <a href="/zwei/">'),
        (
            "[[two]], [[Two words|that]], [[A bundle#Some part]]",
            "[two](/zwei/), [that](/zwei/), [A bundle](/bundle/#some-part)",
        ),
        ("`[a](two.md)`\n\n```\n[a](two.md) [[two]]\n```", "`[a](two.md)`\n\n```\n[a](two.md) [[two]]\n```"),
        ("[![a](b.png)](two.md)", "[![a](b.png)](/zwei/)"),
    ],
)
def test_link_to_a_post_of_this_import_leads_to_its_address(text: str, resolved: str) -> None:
    links = resolver()
    assert (links.replace_links(text), links.nowhere) == (resolved, [])


@pytest.mark.parametrize(
    ("text", "resolved", "nowhere"),
    [
        ("[a](imported:/topics/mobile.md)", "[a](/topics/mobile/)", ["/topics/mobile.md"]),
        ("[a](/topics/mobile/)", "[a](/topics/mobile/)", ["/topics/mobile/"]),
        ("[a](../../topics/mobile/#x)", "[a](/topics/mobile/#x)", ["../../topics/mobile/#x"]),
        ("[a](@/topics/mobile.md)", "[a](/topics/mobile/)", ["@/topics/mobile.md"]),
        ("[a](../topics/_index.md)", "[a](/topics/)", ["../topics/_index.md"]),
        ("[[no such note]]", "[[no such note]]", ["[[no such note]]"]),
    ],
)
def test_link_to_what_is_not_in_the_import_keeps_its_whole_path(text: str, resolved: str, nowhere: list[str]) -> None:
    links = resolver()
    assert (links.replace_links(text), links.nowhere) == (resolved, nowhere)


@pytest.mark.parametrize(
    "text", ["[a](#x)", "[a](mailto:a@b.c)", "[a](https://new.example/x)", "[a](/)", "[a](/tags/x/)", "[ [ -f x ]]", "[[2]]"]
)
def test_other_links_are_no_business_of_an_import(text: str) -> None:
    links = resolver()
    assert (links.replace_links(text), links.nowhere) == (text, [])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('![a](/p/my pic.png "T")', '![a](</p/my pic.png> "T")'),
        ("[![a](/p/my pic.png)](/p/my pic.png)", "[![a](</p/my pic.png>)](</p/my pic.png>)"),
        ("![a](</p/my pic.png>)", "![a](</p/my pic.png>)"),
        ("![a](/p/pic (1 of 2).png)", "![a](</p/pic (1 of 2).png>)"),
        ("[a](/p/all (new) names.txt)", "[a](</p/all (new) names.txt>)"),
        ("[a](see p. 7.txt) [a](/p/b or c)", "[a](see p. 7.txt) [a](/p/b or c)"),
        ("![[my pic.png|a]]", "![a](<my pic.png>)"),
    ],
)
def test_missing_file_whose_name_has_blanks_is_no_text(text: str, written: str) -> None:
    assert resolver().replace_links(text) == written


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("![a](/p/a.png)", "/p/a.png"),
        ("![a](</p/a b.png>)", "/p/a b.png"),
        ("![a](c(1).png)", "c(1).png"),
        ('![a](my pic.png "T")', "my pic.png"),
        ("![a [b] c](x.png 'T')", "x.png"),
        ("![a][r]\n\n[r]: x.png", "x.png"),
        ("![r][]\n\n[R]: <x y.png>", "x y.png"),
        ("![r]\n\n[r]: x.png (T)", "x.png"),
        ("<img src=x.png>", "x.png"),
        ("<img alt='a' src='x y.png'>", "x y.png"),
        ("![a](größe.png)", "größe.png"),
        ("![[x y.png|a]]", "x y.png"),
    ],
)
def test_every_spelling_of_an_image_is_found_and_replaced(text: str, address: str) -> None:
    assert find_targets(text) == [Target(TargetKind.IMAGE, address)]
    replaced = replace_targets(text, lambda target: "image:7")
    assert find_targets(replaced) == [Target(TargetKind.IMAGE, "image:7")]


@pytest.mark.parametrize("piece", ["![", "](", "[[", "](((", "<img ", "<a href=", "[a]: ", "![a](b c", "`", "<pre>", "![a\n"])
def test_long_runs_of_unfinished_links_take_time_by_their_length(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert replace_targets(text, lambda target: None) == text
