"""What an empty database needs before it is a site: a blog page where Wagtail put its welcome page, at the site's address."""

from urllib.parse import urlsplit

from django.db import transaction
from wagtail.models import Page, Site

from blog.models import BlogPage

STANDARD_PORTS = {"http": 80, "https": 443}


@transaction.atomic
def found_blog(address: str, title: str) -> BlogPage:
    """Return the blog at the root of the default site, created if missing. Host and port of the site are set from `address`."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    blog = BlogPage.objects.filter(pk=site.root_page_id).first() if site else None
    if blog is None:
        blog = BlogPage.objects.order_by("path").first() or _add_blog(title)
    _set_site(site or Site(is_default_site=True), blog, address)
    return blog


def _add_blog(title: str) -> BlogPage:
    root = Page.get_first_root_node()
    blog: BlogPage = root.add_child(instance=BlogPage(title=title, slug="blog"))
    blog.save_revision().publish()
    return blog


def _set_site(site: Site, blog: BlogPage, address: str) -> None:
    url = urlsplit(address)
    wanted = (url.hostname, url.port or STANDARD_PORTS[url.scheme], blog.pk)
    if (site.hostname, site.port, site.root_page_id) == wanted:
        return
    before = site.root_page if site.root_page_id not in (None, blog.pk) else None
    site.hostname, site.port, site.root_page_id = wanted
    site.site_name = site.site_name or blog.title
    site.save()
    if before and before.specific_class is Page and not before.get_children_count():
        before.delete()  # Wagtail's welcome page
