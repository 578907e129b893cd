"""The editor's lists of authors and streams, and the menu with that of tags."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet, SnippetViewSetGroup

from blog.admin.choosers import AuthorChooserViewSet, EditorsChooserViewSet
from blog.admin.deleting import DeleteNamed
from blog.admin.stream_form import SelectionInput
from blog.admin.tags.listing import TagViewSet
from blog.models import Author, BlogPage, Stream


class AuthorViewSet(SnippetViewSet):
    model = Author
    chooser_viewset_class = AuthorChooserViewSet
    delete_view_class = DeleteNamed
    copy_view_enabled = False  # no two authors have one handle or account
    icon = "user"
    menu_label = _("Authors")
    list_display = ["name", "handle"]
    search_fields = ["name", "handle"]
    search_backend_name = None


class StreamCreateView(CreateView):
    """Wagtail's form, which begins with the blog where there is one alone."""

    def get_initial_form_instance(self) -> Stream:
        blogs = list(BlogPage.objects.values_list("pk", flat=True)[:2])
        return Stream(blog_id=blogs[0]) if len(blogs) == 1 else Stream()


class StreamViewSet(SnippetViewSet):
    model = Stream
    add_view_class = StreamCreateView
    panels = [
        *(FieldPanel(name) for name in ("blog", "name", "slug")),
        FieldPanel("expression", widget=SelectionInput),
        *(FieldPanel(name) for name in ("introduction", "order")),
    ]
    chooser_viewset_class = EditorsChooserViewSet
    icon = "list-ul"
    menu_label = _("Streams")
    list_display = ["name", "expression", "blog"]
    search_fields = ["name", "expression"]
    search_backend_name = None


class BlogViewSetGroup(SnippetViewSetGroup):
    """One entry of the menu for the three."""

    items = (TagViewSet, StreamViewSet, AuthorViewSet)
    menu_label = _("Blog")
    menu_icon = "tag"
    menu_order = 150
