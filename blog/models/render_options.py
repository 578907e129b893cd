"""How the blogs want their texts rendered: each its own, and those that all blogs share, such as tags' descriptions."""

from django.apps import apps

from blog.markdown import DEFAULTS, RenderOptions


def options_above(path: str, step: int) -> RenderOptions:
    """Return the options of the nearest blog at or above a path of Wagtail's tree; the defaults where there is none."""
    paths = [path[:end] for end in range(step, len(path) + 1, step)]
    blog = apps.get_model("blog", "BlogPage").objects.filter(path__in=paths).order_by("-depth").first()
    return blog.render_options if blog else DEFAULTS


def shared_options() -> RenderOptions:
    """Return the options on which all blogs agree; the defaults where they do not."""
    found = {blog.render_options for blog in apps.get_model("blog", "BlogPage").objects.all()}
    return found.pop() if len(found) == 1 else DEFAULTS
