"""A sample site that is customised as far as it can be: name, colour, footer, profiles, pinned posts, pictures."""

from io import BytesIO

from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.images import get_image_model
from wagtail.models import Site

from blog.models import Appearance, Author, BlogPage, Pin, PlainPage, Tag
from tests.support.factories import make_blog, make_post

OWN = "own.localhost"  # which Chromium takes for this machine
UNREADABLE = "#ffe600"  # as it is, on paper
BODY = """
A [link](/) in a text, <mark>one in [a mark](/tags/)</mark>, and in code:

```python hl_lines="1"
def found(): return len([1])
```

![](image:{image} "A caption")
"""


def fill_customised() -> None:
    """Make it."""
    blog = make_blog(OWN, "Own", default=False)
    _decide(blog)
    file = BytesIO()
    Picture.linear_gradient("L").resize((900, 300)).save(file, "PNG")
    image = get_image_model().objects.create(title="Dusk", file=ImageFile(file, name="dusk.png"), description="Dusk over water")
    ada = Author.objects.create(name="Ada", handle="ada-own", about="Writes.", url="https://ada.example/")
    posts = [
        make_post(blog, f"own {tag}", title=f"On {tag}", authors=[ada]) for tag in ("sea", "dusk", "land", "hills", "rain")
    ]
    body = BODY.format(image=image.pk)
    make_post(blog, "own sea dusk", title="With a picture", slug="picture", authors=[ada], cover=image, body=body)
    tag = Tag.objects.get(slug="own")
    tag.pins = [Pin(post=post) for post in posts[1:4]]
    tag.save()
    blog.add_child(
        instance=PlainPage(title="About this place", slug="about", body=BODY.format(image=image.pk), show_in_menus=True)
    )


def _decide(blog: BlogPage) -> None:
    Appearance.objects.create(
        site=Site.objects.get(root_page=blog),
        name="A name of its own",
        accent=UNREADABLE,
        footer="By *Ada*, [as you like it](/feeds/).\n\nA second line.",
        rel_me=f"https://social.example/@ada\nhttps://{'a' * 60}.example/{'b' * 60}",
    )
