"""Small sites of the four generators, imported whole."""

from pathlib import Path
from typing import Any

from django.test import Client
from wagtail.contrib.redirects.models import Redirect

from blog.models import BlogPage, PostPage
from tests.support.importing import counts, run_import, tags_of, write_image, write_tree
from transfer.importing.static_sites.generators import detect_site


def posts_of(blog: BlogPage) -> dict[str, dict[str, Any]]:
    """What was imported, by slug."""
    return {
        page.slug: {
            "title": page.title,
            "day": page.published and page.published.date().isoformat(),
            "tags": tags_of(page),
            "authors": [author.handle for author in page.authors],
            "live": page.live,
            "body": page.body,
        }
        for page in PostPage.objects.child_of(blog)
    }


def redirects() -> dict[str, str]:
    return {redirect.old_path: redirect.redirect_page.slug for redirect in Redirect.objects.select_related("redirect_page")}


def test_jekyll(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(
        tmp_path,
        {
            "_config.yml": "permalink: /:categories/:year/:title/\n",
            "_posts/2014-03-12-Coming-Soon.md": """\
                ---
                layout: post
                title: "Coming: soon"
                author: Ada Lovelace
                tags: open-source agile
                category: News
                redirect_from: /soon.html
                ---
                {% highlight ruby %}
                puts 1
                {% endhighlight %}
                ![A]({{ site.baseurl }}/assets/a.png)
                """,
            "_drafts/idea.md": "---\ntitle: Idea\n---\nNot yet.\n",
            "_includes/x.md": "no post",
            "index.html": "",
        },
    )
    write_image(root / "assets/a.png")
    report = run_import(blog, root)
    image = PostPage.objects.get(slug="coming-soon").body.split("image:")[1].split(")")[0]
    assert (counts(report), report.images, report.missing_images, dict(report.states)) == ((2, 0, 0, 0), 1, 0, {"drafts": 1})
    assert posts_of(blog) == {
        "coming-soon": {
            "title": "Coming: soon",
            "day": "2014-03-12",
            "tags": ["agile", "news", "open-source"],
            "authors": ["ada-lovelace"],
            "live": True,
            "body": f"```ruby\nputs 1\n```\n\n![A](image:{image})",
        },
        "idea": {"title": "Idea", "day": None, "tags": [], "authors": [], "live": False, "body": "Not yet."},
    }
    assert redirects() == {"/soon.html": "coming-soon", "/news/2014/Coming-Soon": "coming-soon"}


def test_hugo(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(
        tmp_path,
        {
            "hugo.toml": '[permalinks]\nnotes = "/:year/:month/:slug/"\n',
            "content/posts/bundle/index.md": """\
                +++
                title = "A bundle"
                date = 2018-05-31T12:00:00Z
                draft = false
                tags = ["Go", "C++"]
                categories = ["News"]
                aliases = ["/old/bundle/"]
                [cover]
                image = "cover.png"
                +++
                {{< figure src="inside.png" alt="Inside" title="A picture" >}}
                """,
            "content/notes/short.md": "+++\ntitle = 'Short'\ndate = 2018-06-01\nslug = 'very-short'\n+++\nShort.\n",
            "content/posts/_index.md": "+++\ntitle = 'Posts'\n+++\n",
            "archetypes/default.md": "+++\n+++\n",
        },
    )
    write_image(root / "content/posts/bundle/inside.png")
    write_image(root / "content/posts/bundle/cover.png", "red")
    report = run_import(blog, root)
    assert (counts(report), report.images) == ((2, 0, 0, 0), 2)
    bundle = PostPage.objects.get(slug="bundle")
    assert (tags_of(bundle), bundle.cover and bundle.cover.title) == (["c-plus-plus", "go", "news"], "cover")
    assert "<figcaption>A picture</figcaption>" in bundle.html
    assert redirects() == {
        "/old/bundle": "bundle",
        "/posts/bundle": "bundle",
        "/2018/06/very-short": "very-short",
    }


def test_hakyll(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(
        tmp_path,
        {
            "site.hs": "main = hakyll",
            "posts/2015-08-12-spqr.markdown": "---\ntitle: S.P.Q.R.\ntags: latin, roman empire\n---\nText with {{ braces }}.\n",
            "posts/carpe-diem.md": "---\ntitle: Carpe diem\nauthor: Horace\npublished: August 23, 2015\n---\nText.\n",
        },
    )
    assert counts(run_import(blog, root / "posts")) == (2, 0, 0, 0)
    assert posts_of(blog) == {
        "spqr": {
            "title": "S.P.Q.R.",
            "day": "2015-08-12",
            "tags": ["latin", "roman-empire"],
            "authors": [],
            "live": True,
            "body": "Text with {{ braces }}.",
        },
        "carpe-diem": {
            "title": "Carpe diem",
            "day": "2015-08-23",
            "tags": [],
            "authors": ["horace"],
            "live": True,
            "body": "Text.",
        },
    }
    assert redirects() == {"/posts/2015-08-12-spqr.html": "spqr", "/posts/carpe-diem.html": "carpe-diem"}


def test_eleventy(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    root = write_tree(
        tmp_path,
        {
            "eleventy.config.js": "",
            "src/blog/2020-02-02-one.md": '---\ntitle: One\ntags: [post, a]\n---\n{% image "./one.png", "One" %}\n',
            "src/blog/two.md": '---json\n{"title": "Two", "date": "2020-02-03", "permalink": "/zwei/index.html"}\n---\nText.\n',
            "src/about.njk": "",
        },
    )
    write_image(root / "src/blog/one.png")
    report = run_import(blog, root)
    assert (counts(report), dict(report.skipped)) == ((2, 0, 0, 0), {".js": 1, ".njk": 1, ".png": 1})
    assert {slug: post["tags"] for slug, post in posts_of(blog).items()} == {"one": ["a", "post"], "zwei": []}
    assert "image:" in PostPage.objects.get(slug="one").body
    assert redirects() == {"/blog/one": "one"}
    response = client.get("/blog/one/")
    assert (response.status_code, response["Location"]) == (301, "/one/")


def test_links_lead_to_the_posts_present_addresses_in_any_order(blog: BlogPage, tmp_path: Path) -> None:
    """The first file refers to the last, whose slug is its own, and to one whose slug was taken."""
    root = write_tree(
        tmp_path,
        {
            "hugo.toml": "baseURL = 'https://old.example/'\n",
            "content/posts/a.md": """\
                ---
                title: A
                date: 2020-01-02
                ---
                [z]({{< ref "z.md#x" >}}) [b](/notes/b/) [c](/topics/mobile/)
                """,
            "content/notes/b.md": "---\ntitle: B\ndate: 2020-01-02\n---\nB.\n",
            "content/posts/b.md": "---\ntitle: B\ndate: 2020-01-02\n---\nB.\n",
            "content/posts/z.md": "---\ntitle: Z\ndate: 2020-01-02\nslug: omega\n---\n[b](b.md)\n",
        },
    )
    report = run_import(blog, root)
    assert {slug: fields["body"] for slug, fields in posts_of(blog).items()} == {
        "a": "[z](/omega/#x) [b](/b/) [c](/topics/mobile/)",
        "b": "B.",
        "b-2": "B.",
        "omega": "[b](/b-2/)",
    }
    assert report.links_to_nowhere == {"content/posts/a.md": ["/topics/mobile/"]}
    assert "Links to nowhere: 1 in 1 post " in report.text()
    write_tree(root, {"content/posts/newer.md": "---\ntitle: Newer\ndate: 2020-01-02\n---\n[z](z.md) [b](/posts/b/)\n"})
    run_import(blog, root)
    assert posts_of(blog)["newer"]["body"] == "[z](/omega/) [b](/b-2/)"


def test_docusaurus(blog: BlogPage, tmp_path: Path) -> None:
    text = """\
        ---
        title: One
        authors: [ada]
        ---
        import Tabs from '@theme/Tabs';

        Before.

        <!-- truncate -->

        <div style={{width: "100%"}} className={x}>Wide</div>

        :::danger Careful
        Do not.
        :::

        {{ not a tag }} ![A](/img/a.png)
        """
    root = write_tree(
        tmp_path,
        {
            "docusaurus.config.js": "",
            "blog/authors.yml": "ada:\n  name: Ada Lovelace\n",
            "blog/2020-01-02-one.md": text,
            "blog/two/index.mdx": "---\ndate: 2020-01-03\nslug: second\nunlisted: true\n---\nb\n\n{/* truncate */}\n\nc",
        },
    )
    write_image(root / "static/img/a.png")
    report = run_import(blog, root)
    one, two = (PostPage.objects.get(slug=slug) for slug in ("one", "second"))
    assert (counts(report), report.missing_images, report.unconverted, two.live) == ((2, 0, 0, 0), 0, {}, False)
    assert (one.summary, one.authors[0].name, two.summary) == ("Before.", "Ada Lovelace", "b")
    assert one.body.startswith(
        'Before.\n\n<!-- truncate -->\n\n<div className="x">Wide</div>\n\n:::caution[Careful]\nDo not.\n:::'
    )
    assert redirects() == {
        "/blog/2020/01/02/one": "one",
        "/blog/one": "one",
        "/blog/2020/01/03/second": "second",
        "/blog/second": "second",
    }


def test_obsidian_vault(blog: BlogPage, tmp_path: Path) -> None:
    text = """\
        ---
        created: 2020-01-02
        ---
        ![[Pasted 1.png|300]] ![[Other]] [[Other|that]] %%not
        to be seen%% `%%code%%` end ^abc-1

        > [!faq]- Why?
        > So.
        """
    other = "---\ndate: 2020-01-03\n---\nb\n"
    root = write_tree(tmp_path, {".obsidian/app.json": "{}", "Notes/My note.md": text, "Notes/Other.md": other})
    write_image(root / "files/Pasted 1.png")
    report = run_import(blog, root)
    page = PostPage.objects.get(slug="my-note")
    assert (counts(report), report.images, page.cover) == ((2, 0, 0, 0), 1, None)
    image = page.body.split("image:")[1].split(")")[0]
    assert page.body == (
        f"![](image:{image}) [Other](/other/) [that](/other/)  `%%code%%` end\n\n> [!NOTE]\n> **Why?**\n>\n> So."
    )


def test_site_that_is_edited_in_obsidian_is_its_generators(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"hugo.toml": "", "content/.obsidian/app.json": "{}", "content/posts/a.md": "a"})
    assert detect_site(root / "content/posts", root).generator == "hugo"
