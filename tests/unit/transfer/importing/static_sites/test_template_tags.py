from collections import Counter

import pytest

from transfer.importing.static_sites.front_matter import FrontMatter
from transfer.importing.static_sites.template_tags.convert import TemplateTagConverter

HEADER = FrontMatter({"image": "/img/cover.jpg", "herotitle": "Hero"})


def convert(text: str) -> str:
    return TemplateTagConverter(text, HEADER).markdown()


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        # expressions
        ('[a]({{ "/b/" | url }})', "[a](/b/)"),
        ("[a]({{ '/b/' | relative_url }}) [c]({{ site.baseurl }}/d)", "[a](/b/) [c](/d)"),
        ("![x]({{ page.image }}) {{ image | url }}", "![x](/img/cover.jpg) /img/cover.jpg"),
        ("{{ page.hero_title }}", "Hero"),
        (
            '[a]({% link_to "other-post" %}) [b]({% to "https://b.example" %})',
            "[a](imported:other-post) [b](https://b.example)",
        ),
        ('{{ "/x" | prepend: site.baseurl | append: ".png" }}', "/x.png"),
        (
            '{{ "https://www.youtube.com/embed/abcdefghijk" | embed: "A film" }}',
            "[A film](https://www.youtube.com/watch?v=abcdefghijk)",
        ),
        # images
        ('{% image "assets/a b.png" "An [image]" %}', "![An \\[image\\]](/assets/a%20b.png)"),
        ('{% image_with_class "a/b.png" "wide" "Alt" %}', "![Alt](/a/b.png)"),
        ('{% image "./b.png", "Alt", "(min-width: 30em) 50vw" %}', "![Alt](./b.png)"),
        ("{% img left /a/b.png 200 300 'Title' 'Alt' %}", "![Alt](/a/b.png)"),
        ("{% img /a/b.png 200 300 A long title %}", "![A long title](/a/b.png)"),
        ("{% gallery\n/a/b.png\nc.jpg %}", "![](/a/b.png)\n\n![](c.jpg)"),
        ('{% asset_img wide b.png "Title" %}', "![Title](b.png)"),
        ('{% include figure.html src="/a.png" alt="Alt" caption="A \'b\'" %}', "![Alt](/a.png \"A 'b'\")"),
        ('{% include "figure.html",\n  image: "/a.png",\n  alt: "Alt" %}', "![Alt](/a.png)"),
        ('{% include fig.html src="{{ site.baseurl }}/a.png" %}', "![](/a.png)"),
        ('{{< figure src="a.png" alt="Alt" title="T" >}}', '![Alt](a.png "T")'),
        ('<div>\n\n{% image "a/b.png" "A \\"b\\"" %}\n</div>', '<div>\n\n<img src="/a/b.png" alt="A &quot;b&quot;">\n</div>'),
        # code
        ("{% highlight c++ linenos %}\nx < y\n{% endhighlight %}", "\n```c++\nx < y\n```\n"),
        ("{% highlight md %}\n```\nx\n```\n{% endhighlight %}", "\n````md\n```\nx\n```\n````\n"),
        ('{{< highlight go "linenos=1" >}}\nx\n{{< /highlight >}}', "\n```go\nx\n```\n"),
        ("{% codeblock A rule lang:ruby https://a.example %}\nx\n{% endcodeblock %}", '\n```ruby title="A rule"\nx\n```\n'),
        ("{% codeblock %}\nx\n{% endcodeblock %}", "\n```\nx\n```\n"),
        ('{{< code file="a.toml" lang="toml" >}}\n[x]\n{{< /code >}}', '\n```toml title="a.toml"\n[x]\n```\n'),
        ("{{< code >}}\n```go\nx\n```\n{{< /code >}}", "\n```go\nx\n```\n"),
        ("{{< console >}}\n$ x\n{{< /console >}}", "\n```console\n$ x\n```\n"),
        ("<td>{% codeblock %}x <y>\n\nz{% endcodeblock %}</td>", "<td>\n<pre><code>x &lt;y&gt;\n&#10;z</code></pre>\n</td>"),
        ("`{{ page.image }}` ``{% image 'a.png' %}``", "`{{ page.image }}` ``{% image 'a.png' %}``"),
        ("```\n{{ page.image }}\n{% raw %}{{ x }}{% endraw %}\n```", "```\n{{ page.image }}\n{{ x }}\n```"),
        ("~~~ ruby\n{{ page.image }}\n~~~\n{{ page.image }}", "~~~ ruby\n{{ page.image }}\n~~~\n/img/cover.jpg"),
        ("{% raw %}{{ x }} {% y %}{% endraw %}", "{{ x }} {% y %}"),
        ("PASS={% raw %}{{{% endraw %} your word }}", "PASS={{ your word }}"),
        ("a{# secret #}b{% comment %}{{ x }}{% endcomment %}c", "abc"),
        ("## Heading {#id}", "## Heading {#id}"),
        ("{{</* figure src=a.png */>}}", "{{< figure src=a.png >}}"),
        # quotations
        (
            "{% blockquote Ada, Notes https://a.example %}\nx\n\ny\n{% endblockquote %}",
            "\n\n> x\n>\n> y\n>\n> — [Ada, Notes](https://a.example)\n\n",
        ),
        ("{{< quote >}}x{{< /quote >}}", "\n\n> x\n\n"),
        # links
        ("{% post_link a-post 'A post' %} {% post_link b %}", "[A post](imported:a-post) [b](imported:b)"),
        ("{% link A page https://a.example %}", "[A page](https://a.example)"),
        ("[a]({% post_url 2014-03-12-Coming-soon %})", "[a](imported:2014-03-12-Coming-soon)"),
        (
            "[a]({% link _posts/2014-03-12-b.md %}) [c]({% link files/d.pdf %})",
            "[a](imported:_posts/2014-03-12-b.md) [c](/files/d.pdf)",
        ),
        ('[a]({{< ref "posts/b.md#c" >}}) [d]({{< relref "b" >}})', "[a](imported:posts/b.md#c) [d](imported:b)"),
        ("{% youtube abcdefghijk %}", "[Video on YouTube](https://www.youtube.com/watch?v=abcdefghijk)"),
        ('{{< youtube id="abcdefghijk" title="Film" >}}', "[Film](https://www.youtube.com/watch?v=abcdefghijk)"),
        ("{{< vimeo 146022717 >}}", "[Video on Vimeo](https://vimeo.com/146022717)"),
        ("{% gist ada/1a2b %} {{< gist ada 1a2b >}}", "[Gist ada/1a2b](https://gist.github.com/ada/1a2b) " * 2),
        ('{{< tweet user="ada" id="123456" >}}', "[Tweet](https://twitter.com/ada/status/123456)"),
        ("* Contents\n{:toc}\n\nText", "\n\nText"),
    ],
)
def test_tags_of_clear_meaning_become_markdown(text: str, markdown: str) -> None:
    assert convert(text).strip(" ") == markdown.strip(" ")


@pytest.mark.parametrize(
    "text",
    [
        "{{ page.unknown }}",
        "{{ unclosed",
        "{% unclosed",
        "{% raw %} unclosed",
        "{% highlight ruby %} unclosed",
        "{{}} {%%} {{{ }}}",
    ],
)
def test_tags_without_clear_meaning_stay_readable(text: str) -> None:
    assert convert(text) == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (
            '{{< figure src="/a.png" alt="Alt" caption="By [B & C](https://b.example/?c=1&d=2)." >}}',
            '<figure><img src="/a.png" alt="Alt"><figcaption>By <a href="https://b.example/?c=1&amp;d=2">B & C</a>.'
            "</figcaption></figure>",
        ),
        (
            "{{< figure src='/a.png' caption='By <a href=\"/b/\">B</a>' alt='[Alt](/x)' >}}",
            '<figure><img src="/a.png" alt="Alt"><figcaption>By <a href="/b/">B</a></figcaption></figure>',
        ),
        ('{% responsive path: assets/a.png alt: "Alt" caption: "C" %}', '![Alt](assets/a.png "C")'),
        ('{{< picture "a.webp" "Alt" >}}', "![Alt](a.webp)"),
        ('{% maincolumn "assets/a.jpg" "A caption" %}', "![A caption](assets/a.jpg)"),
        ("{{% wide %}}a *b*{{% /wide %}}", "a *b*"),
        ("{% if x %}a{% else %}b{% endif %}", "a"),
        ("{% for x in site.posts %}{{ x.title }}{% endfor %}c", "c"),
        ("{{< note >}}\na\n\n- b\n{{< /note >}}", "> [!NOTE]\n> a\n>\n> - b"),
        (
            '{{% notice tip %}}a{{% /notice %}} {{< callout type="warning" title="T" >}}b{{< /callout >}}',
            "> [!TIP]\n> a\n\n \n\n> [!WARNING]\n> **T**\n>\n> b",
        ),
        ("{{< note >}}{{< wide >}}a{{< /note >}}b{{< /wide >}}", "> [!NOTE]\n> <!-- {{< wide >}} -->a\n\nb"),
        ("{% include footer.html %}a{{< y -->x >}}", "<!-- {% include footer.html %} -->a<!-- {{< y - - >x >}} -->"),
        ('{% bookmark https://a.example/b title="B" %}', "[B](https://a.example/b)"),
        ('{{ "ada" | team_link }}', "ada"),
        ("{{ site.title }} {{ site.author.name }} {{< param hero_title >}} {{< param motto >}}", "Old site Ada Hero So be it"),
        (
            "{{< mine src=x >}}a{{< /mine >}}{{< my-pic >}}{{< gone >}}b{{< /gone >}}{{< shown >}}",
            "> [!TIP]\n> a\n\n{{< shown >}}",
        ),
    ],
)
def test_tags_of_the_old_sites_own(text: str, markdown: str) -> None:
    configuration = FrontMatter({"title": "Old site", "author": {"name": "Ada"}, "params": {"motto": "So be it"}})
    meanings = {"mine": "tip", "mypic": "text", "gone": "drop", "shown": "keep"}
    converter = TemplateTagConverter(text, HEADER, configuration=configuration, shortcodes=meanings)
    assert converter.markdown().strip() == markdown


@pytest.mark.parametrize(
    ("generator", "text", "markdown"),
    [
        ("hugo", "{{ x }} {% y %} {{< z >}}", "{{ x }} {% y %} <!-- {{< z >}} -->"),
        ("jekyll", "{{ x }} {% y %} {{< z >}}", "<!-- {{ x }} --> <!-- {% y %} --> {{< z >}}"),
        (
            "zola",
            '{{ x }} {{ youtube(id="abcdefghijk") }}',
            "{{ x }} [Video on YouTube](https://www.youtube.com/watch?v=abcdefghijk)",
        ),
        ("zola", '{% note(kind="x") %}a{% end %}', "> [!NOTE]\n> a"),
        ("astro", "{{ x }} {% y %} {{< z >}}", "{{ x }} {% y %} {{< z >}}"),
        ("hakyll", "{{ x }} {% y %} {{< z >}}", "{{ x }} {% y %} {{< z >}}"),
    ],
)
def test_only_what_the_generator_takes_for_a_tag_is_converted(generator: str, text: str, markdown: str) -> None:
    assert TemplateTagConverter(text, HEADER, generator=generator).markdown().strip() == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ('<img src="{{ base }}/a.png" alt="a"> {{ b }}', '<img src="/a.png" alt="a"> <!-- {{ b }} -->'),
        ("[![a]({{ base }}/a b.png)]({{ base }}/a.png)", "[![a](/a b.png)](/a.png)"),
        ("[a](<{{ base }}/a b/>)", "[a](</a b/>)"),
        ("[a]: {{ base }}/a/", "[a]: /a/"),
        ('<a\n href="/x/{% y %}/">{{ b }}</a>', '<a\n href="/x//"><!-- {{ b }} --></a>'),
        ("1 < 2, (a) and [b] {{ b }}", "1 < 2, (a) and [b] <!-- {{ b }} -->"),
    ],
)
def test_unknown_variable_in_an_address_shows_nothing_as_in_liquid(text: str, markdown: str) -> None:
    converter = TemplateTagConverter(text, HEADER, generator="jekyll")
    assert converter.markdown() == markdown
    assert sum(converter.hidden.values()) == text.count("{{") + text.count("{%")


def test_shortcode_that_looks_like_html_gets_a_space() -> None:
    assert TemplateTagConverter("{{<x>}}", HEADER, shortcodes={"x": "keep"}).markdown() == "{{< x>}}"


def test_tags_are_counted_by_name() -> None:
    turner = TemplateTagConverter(
        '{% image "a.png" %} {{ "/x" | url }} {% if x %} {{ "a" | team_link }} {{< y >}} {{ z }}', HEADER
    )
    turner.markdown()
    assert turner.converted == Counter({"image": 1, "{{ … }}": 2})
    assert turner.hidden == Counter({"if": 1, "y": 1})
    assert turner.unconverted == Counter({"{{ z }}": 1})


@pytest.mark.parametrize("piece", ["{% raw %}", "{%", "{{ '", "{{< a ", "{# ", "{{<highlight x>}} ", "<div>", "{{</* "])
def test_long_runs_of_what_is_never_closed_stay_as_they_are(piece: str) -> None:
    """In time by their length: looked for anew at every opening, the missing closing would take minutes."""
    text = piece * (300_000 // len(piece))
    assert convert(text) == text.replace("{{<highlight", "{{< highlight")


@pytest.mark.parametrize("piece", ["`", "` `` ", "```\n", "~~~ x\n"])
def test_long_runs_of_code_stay_as_they_are(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    assert convert(text) == text


def test_a_tag_within_a_link_makes_no_link() -> None:
    assert convert('[{% avatar "https://a.example/" %}Ada](https://a.example/)') == (
        '[<!-- {% avatar "https://a.example/" %} -->Ada](https://a.example/)'
    )


def test_markdown_within_html() -> None:
    assert convert("<div>{% markdown %}\n* a\n{% endmarkdown %}</div>") == "<div>\n\n* a\n\n</div>"


def test_pelican_takes_tags_that_are_known_alone() -> None:
    text = "{% photo /media/a.jpg A rose %}\n\n{% block title %}x{% endblock %} {% gallery /media %}"
    converter = TemplateTagConverter(text, HEADER, generator="pelican")
    assert converter.markdown() == "![A](/media/a.jpg)\n\n{% block title %}x{% endblock %} {% gallery /media %}"
    assert dict(converter.unconverted) == {"block": 1, "gallery": 1}
