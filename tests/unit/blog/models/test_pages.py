from blog.models import BlogPage, IndexRevision
from tests.support.factories import make_post


def test_saving_a_post_raises_the_revision(blog: BlogPage) -> None:
    before = IndexRevision.objects.get().number
    make_post(blog, "a b")
    assert IndexRevision.objects.get().number > before
