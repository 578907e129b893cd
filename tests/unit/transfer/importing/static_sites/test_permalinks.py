"""The addresses that posts had on their old site, by generator and permalink style."""

import os
from pathlib import Path

import pytest

from tests.support.importing import write_tree
from transfer.importing.source import ImportOptions
from transfer.importing.static_sites.find import find_files
from transfer.importing.static_sites.read import read_post


def addresses(root: Path, files: dict[str, str | bytes], below: str = "", permalink: str = "") -> tuple[str, ...]:
    """Return the old addresses of the only post of a site."""
    write_tree(root, files)
    (found,) = find_files([root / below]).files
    return read_post(found, found.path.read_bytes(), ImportOptions(permalink=permalink)).addresses


JEKYLL_POST = "---\ntitle: X\n{}---\nText.\n"


@pytest.mark.parametrize(
    ("style", "without", "within"),
    [
        ("none", "/x.html", "/news/go/x.html"),
        ("date", "/2020/01/02/x.html", "/news/go/2020/01/02/x.html"),
        ("pretty", "/2020/01/02/x", "/news/go/2020/01/02/x"),
        ("ordinal", "/2020/002/x.html", "/news/go/2020/002/x.html"),
        ("weekdate", "/2020/W01/Thu/x.html", "/news/go/2020/W01/Thu/x.html"),
        ("/:categories/:title", "/x", "/news/go/x"),
        ("/:categories/:short_year/:i_month/:i_day/:title:output_ext", "/20/1/2/x.html", "/news/go/20/1/2/x.html"),
        ("/:year-:month/:short_month/:long_month/:title", "/2020-01/Jan/January/x", "/2020-01/Jan/January/x"),
    ],
)
@pytest.mark.parametrize("by_option", [True, False])
def test_jekyll_styles_without_and_with_categories(
    style: str, without: str, within: str, by_option: bool, tmp_path: Path
) -> None:
    configuration = {"_config.yml": "title: X\n" if by_option else f"permalink: {style}\n"}
    for categories, address in (("", without), ("categories: [News, Go]\n", within)):
        files = {**configuration, "_posts/2020-01-02-x.md": JEKYLL_POST.format(categories)}
        assert addresses(tmp_path, files, permalink=style if by_option else "") == (address,)


@pytest.mark.parametrize(
    ("permalink", "name", "address"),
    [
        (":year/:month/:day/:title/", "js/2020-01-02-x.md", "/2020/01/02/js/2020-01-02-x"),
        ("article/:title.html", "x.md", "/article/x.html"),
        ("/:year/:name/", "js/x.md", "/2020/x"),
    ],
)
def test_hexo(permalink: str, name: str, address: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": f"permalink: {permalink}\n",
        "package.json": '{"dependencies": {"hexo": "^7.0.0"}}',
        "scaffolds/post.md": "---\ntitle: {{ title }}\ndate: {{ date }}\n---\n",
        f"source/_posts/{name}": JEKYLL_POST.format("date: 2020-01-02\n"),
    }
    assert addresses(tmp_path, files) == (address,)


def test_jekyll_default(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"_config.yml": "title: X\n", "_posts/2020-01-02-x.md": JEKYLL_POST.format("")}
    assert addresses(tmp_path, files)[0] == "/2020/01/02/x.html"


def test_jekyll_folder_above_posts_is_a_category_and_the_configuration_marks_the_root(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "permalink: pretty\n",
        "blog/_posts/deep/2020-01-02-Big-News.md": JEKYLL_POST.format("category: Go\n"),
    }
    assert addresses(tmp_path, files) == ("/blog/go/2020/01/02/Big-News",)
    assert addresses(tmp_path, files, below="blog/_posts") == ("/blog/go/2020/01/02/Big-News",)


def test_jekyll_collection_of_posts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "collections:\n  posts:\n    permalink: /news/:year/:title/\n",
        "_posts/2020-01-02-x.md": JEKYLL_POST.format(""),
    }
    assert addresses(tmp_path, files) == ("/news/2020/x",)


@pytest.mark.parametrize("below", ["", "posts"])
def test_dated_names_in_posts_of_an_unknown_generator(below: str, tmp_path: Path) -> None:
    found = addresses(tmp_path, {"posts/2020-01-02-x.md": JEKYLL_POST.format("")}, below)
    assert "/posts/2020-01-02-x.html" in found


@pytest.mark.parametrize(
    ("mark", "name", "front_matter", "address"),
    [
        ("hugo.toml", "content/posts/Hello World.md", "date: 2020-01-02\n", "/posts/hello-world"),
        ("hugo.toml", "content/posts/2020-01-02-x.md", "", "/posts/2020-01-02-x"),
        ("site.hs", "posts/2020-01-02-x.md", "", "/posts/2020-01-02-x.html"),
        ("astro.config.mjs", "src/content/blog/2020-01-02-x.md", "", "/blog/2020-01-02-x"),
        ("eleventy.config.js", "src/blog/2020-01-02-x.md", "", "/blog/x"),
    ],
)
def test_defaults_of_other_generators(mark: str, name: str, front_matter: str, address: str, tmp_path: Path) -> None:
    assert addresses(tmp_path, {mark: "", name: JEKYLL_POST.format(front_matter)}) == (address,)


@pytest.mark.parametrize("name", ["config.yaml", "config/_default/hugo.yaml"])
def test_hugo_before_2023_and_with_a_folder_of_configuration(name: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        name: "baseURL: /\npermalinks:\n  en: /:sections/:year/:month/:slug/\n",
        "content/en/2017-07-03-a.md": "---\ntitle: A\ndate: 2017-07-03\nslug: b\n---\n",
    }
    assert addresses(tmp_path, files) == ("/en/2017/07/b",)


def test_hugo_title_is_that_of_the_front_matter(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "hugo.toml": '[permalinks]\nposts = "/:year/:title/"\nnotes = "/:slug/:contentbasename"\n',
        "content/posts/a.md": "---\ntitle: Gödel's C++ Notes, again\ndate: 2020-01-02\n---\n",
    }
    assert addresses(tmp_path, files) == ("/2020/gödels-c++-notes-again",)


@pytest.mark.parametrize("address", ["/../..", "/a/../b", "/./c", "/%2e%2e/d", "/a%5cb", "/", "?x=1"])
def test_addresses_that_lead_upwards_or_nowhere_are_left_out(address: str, tmp_path: Path) -> None:
    assert addresses(tmp_path, {"a.md": f"---\ndate: 2020-01-02\naliases: ['{address}', /ok]\n---\nText.\n"}) == ("/ok",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("posts.json", """{"layout": "x", "permalink": "/blog/{{ page.date | date: '%Y/%m/%d' }}/{{ page.fileSlug }}/"}"""),
        ("posts.11tydata.js", "exports = {\n  permalink: '/blog/{{ page.date | toPath }}/{{ page.fileSlug }}/',\n  a: 1\n}\n"),
        (
            "posts.11tydata.js",
            "export default {\n  permalink: function({page}) {\n  return `/blog/${ page.date }/${ page.fileSlug }/`\n},\n}\n",
        ),
        (
            "posts.11tydata.js",
            "module.exports = {\n  permalink: (data) => `/blog/${data.page.date}/${data.page.fileSlug}/`\n}\n",
        ),
        ("posts.11tydata.json", """{\n"permalink": "blog/{{ page.date | f('yyyy/MM/dd') }}/{{ page.fileSlug | slug }}/"\n}"""),
        (
            "../_includes/post.html",
            "---\nlayout: a\npermalink: '/blog/{{ date | date: \"%Y/%m/%d\" }}/{{page.fileSlug}}/'\n---\n",
        ),
        ("../_includes/post.njk", "---\nlayout: base.njk\n---\n"),
    ],
)
def test_eleventy_by_the_data_of_a_folder_or_a_layout(name: str, content: str, tmp_path: Path) -> None:
    base = "---\npermalink: /blog/{{ page.date | date('YYYY/MM/DD') }}/{{ page.fileSlug }}/\n---\n"
    files: dict[str, str | bytes] = {".eleventy.js": "", "_includes/base.njk": base, os.path.normpath(f"posts/{name}"): content}
    post = JEKYLL_POST.format("layout: post\n")
    assert addresses(tmp_path, {**files, "posts/2020-01-02-x.md": post}) == ("/blog/2020/01/02/x",)


def test_eleventy_by_a_layout_outside_the_site(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret.html": "---\npermalink: /secret/{{ page.fileSlug }}/\n---\n"})
    files: dict[str, str | bytes] = {".eleventy.js": "", "_includes/a.html": ""}
    post = JEKYLL_POST.format("layout: ../../secret\n")
    assert addresses(tmp_path / "site", {**files, "posts/2020-01-02-x.md": post}) == ("/posts/x",)


@pytest.mark.parametrize("permalink", ["/{{ category }}/{{ page.fileSlug }}/", "{% if a %}/b/{% endif %}", "false"])
def test_eleventy_by_data_that_cannot_be_read(permalink: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {".eleventy.js": "", "posts/posts.json": f'{{"permalink": "{permalink}"}}'}
    assert addresses(tmp_path, files | {"posts/2020-01-02-x.md": JEKYLL_POST.format("")}) == ("/posts/x",)


@pytest.mark.parametrize(
    "content", ["\n" * 90_000, "permalink: x" + " " * 90_000 + "\0", '{"permalink": "{{a|' + " " * 90_000 + '"}']
)
def test_eleventy_by_data_of_which_a_search_could_take_minutes(content: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {".eleventy.js": "", "posts/posts.json": content}
    assert addresses(tmp_path, files | {"posts/2020-01-02-x.md": JEKYLL_POST.format("")}) == ("/posts/x",)


def test_jekyll_puts_the_day_in_its_own_zone_into_addresses(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "timezone: Asia/Tokyo\npermalink: pretty\n",
        "_posts/2020-01-03-x.md": JEKYLL_POST.format("date: 2020-01-02 20:00:00 +0000\n"),
    }
    assert addresses(tmp_path, files) == ("/2020/01/03/x", "/2020/01/02/x")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("content/en/post/a.md", "/2020/a"),
        ("content/de/post/a.md", "/de/2020/a"),
        ("content/fr/post/a/index.md", "/fr/a.html"),
        ("content/en/news/a.md", "/news/a.html"),
    ],
)
def test_hugo_with_a_folder_for_each_language_and_a_configuration_in_parts(name: str, address: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "config/_default/hugo.toml": "[uglyURLs]\nnews = true\n" if "fr" not in name else "uglyURLs = true\n",
        "config/_default/permalinks.toml": 'post = "/:year/:slug/"\n' if "fr" not in name else 'post = "/:slug/"\n',
        **{f"config/_default/languages.{code}.toml": f'contentDir = "content/{code}"\n' for code in ("de", "en", "fr")},
        name: "---\ntitle: A\ndate: 2020-01-02\n---\nText.\n",
    }
    assert addresses(tmp_path, files) == (address,)


@pytest.mark.parametrize(
    ("configuration", "name", "address"),
    [
        ("hugo.toml", "content/post/a/index.de.md", "/de/post/a"),
        ("hugo.toml", "content/post/a.md", "/post/a"),
        ("hugo.toml", "content/post/a.en.md", "/post/a"),
        ("hugo.toml", "content/post/a.min.md", "/post/a.min"),
        ("config.toml", "content/post/a.de.md", "/de/post/a"),
    ],
)
def test_translations_have_their_language_in_their_names(configuration: str, name: str, address: str, tmp_path: Path) -> None:
    text = "[languages.en]\n[languages.de]\n"
    files: dict[str, str | bytes] = {
        configuration: ('base_url = "/"\n' if configuration == "config.toml" else "") + text,
        name: "---\ndate: 2020-01-02\n---\nText.\n",
    }
    assert addresses(tmp_path, files) == (address,)
    assert read_post(find_files([tmp_path]).files[0], files[name].encode(), ImportOptions()).slug.startswith("a")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("route", "name", "address"),
    [
        ("app/[slug]/page.js", "public/a-post/index.md", "/a-post"),
        ("app/[lang]/(site)/writing/[[...slug]]/page.tsx", "content/a-post.mdx", "/writing/a-post"),
        ("pages/blog/[id].tsx", "_posts/a-post.md", "/blog/a-post"),
        ("src/app/notes/page.tsx", "data/blog/a-post.md", "/blog/a-post"),
    ],
)
def test_routes_say_where_posts_were(route: str, name: str, address: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"next.config.js": "", route: "", name: "---\ndate: 2020-01-02\n---\nText.\n"}
    assert address in addresses(tmp_path, files)


def test_routes_of_astro_and_of_unknown_generators(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "src/pages/posts/[...slug].astro": "",
        "src/content/blog/a.md": "---\ndate: 2020-01-02\nslug: b\n---\nText.\n",
    }
    assert addresses(tmp_path, files) == ("/posts/b",)
    assert addresses(tmp_path, {**files, "astro.config.mjs": ""}) == ("/posts/b",)


def test_day_in_the_name_and_year_of_the_folder(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"posts/2014/03-12-a-post.md": "Text.\n", "posts/2014/12-01.md": "---\ndate: 2014-01-02\n---\nText.\n"}
    )
    first, second = (read_post(file, file.path.read_bytes(), ImportOptions()) for file in find_files([tmp_path]).files)
    assert (f"{first.published:%Y-%m-%d}", first.slug, first.addresses[0]) == ("2014-03-12", "a-post", "/2014/03/12/a-post")
    assert f"{second.published:%Y-%m-%d}" == "2014-01-02"


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ("", "/whats-new-20.html"),
        ("ARTICLE_URL = u'{date:%Y}/{slug}/'\n", "/2020/whats-new-20"),
        ("SLUGIFY_SOURCE = 'basename'\n", "/a-post.html"),
        ("FILENAME_METADATA = r'(?P<date>\\d{4}-\\d{2}-\\d{2})-(?P<slug>.*)'\n", "/a-post.html"),
    ],
)
def test_pelican_makes_slugs_of_titles_or_of_names(settings: str, address: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pelicanconf.py": settings,
        "content/2020-01-02-a-post.md": "Title: What’s new: 2.0\nDate: 2020-01-02\n\nText.\n",
    }
    assert addresses(tmp_path, files) == (address,)


def test_filter_of_eleventys_configuration_says_how_it_writes_dates(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".eleventy.js": 'c.addFilter("a", x);\nc.addFilter("inPath", date => {\n  return of(date).toFormat("yyyy/MM");\n});\n',
        "posts/posts.json": '{"permalink": "blog/{{ page.date | inPath }}/{{ page.fileSlug }}/index.html"}',
        "posts/x.md": "---\ndate: 2020-01-02\n---\nText.\n",
    }
    assert addresses(tmp_path, files) == ("/blog/2020/01/x",)
