"""What generators make of typewriter's signs and of emoji codes, and the switches of the blog that this turns on."""

from pathlib import Path

import pytest

from blog.models import BlogPage
from tests.support.importing import post, run_import, write_tree
from transfer.importing.static_sites.generators import detect_site
from transfer.importing.static_sites.typography import EMOJI, SMART, switched_on


@pytest.mark.parametrize(
    ("name", "text", "switches"),
    [
        ("_config.yml", "title: x", {SMART}),
        ("_config.yml", "markdown: CommonMarkGhPages\nplugins: [jemoji]", {EMOJI}),
        ("_config.yml", "kramdown:\n  smart_quotes: apos,apos,quot,quot", set()),
        ("hugo.toml", 'title = "x"\nenableEmoji = true', {SMART, EMOJI}),
        ("hugo.toml", "[markup.goldmark.extensions]\ntypographer = false", set()),
        ("hugo.toml", "[markup.goldmark.extensions.typographer]\ndisable = true", set()),
        ("config.toml", 'base_url = "https://a.example"', set()),
        (
            "config.toml",
            'base_url = "https://a.example"\n[markdown]\nsmart_punctuation = true\nrender_emoji = true',
            {SMART, EMOJI},
        ),
        ("astro.config.mjs", "export default {}", {SMART}),
        ("astro.config.mjs", "export default { markdown: { smartypants: false } }", set()),
        ("eleventy.config.js", "", set()),
        (".eleventy.js", "markdownIt({ html: true, typographer: true }).use(require('markdown-it-emoji'))", {SMART, EMOJI}),
        ("pelicanconf.py", "TYPOGRIFY = True", {SMART}),
        ("site.hs", "", {SMART}),
        (".vuepress/config.js", "export default {}", {EMOJI}),
        (".vitepress/config.mts", "markdown: { typographer: true, emoji: false }", {SMART}),
        ("docusaurus.config.js", "", {EMOJI}),
        ("docusaurus.config.js", "markdown: {emoji: false}", set()),
        ("config.rb", "activate :blog", {SMART}),
        ("config.rb", "set :markdown_engine, :redcarpet\nset :markdown, tables: true", set()),
        ("config.rb", "set :markdown_engine, :redcarpet\nset :markdown, smartypants: true", {SMART}),
        ("a.md", "", set()),
    ],
)
def test_switches_of_a_generator(name: str, text: str, switches: set[str], tmp_path: Path) -> None:
    root = write_tree(tmp_path, {name: text})
    assert switched_on(detect_site(root, root)) == switches


@pytest.mark.django_db
@pytest.mark.parametrize("keep", [False, True])
def test_import_switches_on_what_the_old_site_had(keep: bool, blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(
        tmp_path, {"_config.yml": "plugins: [jemoji]", "_posts/2020-01-02-a.md": '---\ntitle: A\n---\n"b" :tada:'}
    )
    report = run_import(blog, root, keep_typography=keep)
    assert post("a").html == ('<p>"b" :tada:</p>' if keep else "<p>“b” 🎉</p>")
    blog = BlogPage.objects.get(pk=blog.pk)
    assert (blog.smart_punctuation, blog.emoji_codes) == (not keep, not keep)
    assert report.switched_on == ([] if keep else ["emoji codes", "typographic signs"])


@pytest.mark.parametrize("has_draft", [True, False])
def test_switch_stays_on_when_the_newest_version_of_the_blog_is_published(
    has_draft: bool, blog: BlogPage, tmp_path: Path
) -> None:
    blog.save_revision().publish()
    editor = BlogPage.objects.get().get_latest_revision_as_object()
    if has_draft:
        editor.introduction = "Words of a draft"
        editor.save_revision()
    site = {"_config.yml": "plugins: [jemoji]", "_posts/2020-01-01-a.md": "---\ntitle: A\n---\n"}
    run_import(BlogPage.objects.get(), write_tree(tmp_path, site))
    now = BlogPage.objects.get()
    assert (now.emoji_codes, now.introduction, now.has_unpublished_changes) == (True, blog.introduction, has_draft)
    now.get_latest_revision().publish()
    published = BlogPage.objects.get()
    assert (published.emoji_codes, published.introduction == "Words of a draft") == (True, has_draft)
