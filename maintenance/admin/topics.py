"""Topics: a form that has them found, and their report, for whoever may change tags."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.permissions import policy_registry

from blog.images.visibility import public_pages
from blog.models import Tag
from blog.suggestions.topics import MOST_TOPICS, Method
from jobs.admin.tools import StartView, ToolViewSet
from jobs.kinds import JobKind
from jobs.models import Job


def shown(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return the reports as the template shows them: of the posts, those that everybody may still read."""
    blogs = (job.result or {}).get("blogs", [])
    keys = {example["key"] for blog in blogs for topic in blog["topics"] for example in topic["examples"]}
    public = set(public_pages().filter(pk__in=keys).values_list("pk", flat=True))
    return {"blogs": [_shown(blog, public) for blog in blogs]}


def _shown(blog: dict[str, Any], public: set[int]) -> dict[str, Any]:
    topics = [
        {**topic, "examples": [example for example in topic["examples"] if example["key"] in public]}
        for topic in blog["topics"]
    ]
    names = {topic["number"]: ", ".join(topic["words"][:3]) for topic in topics}
    split = [{**one, "parts": [{**part, "words": names[part["topic"]]} for part in one["parts"]]} for one in blog["split"]]
    return {**blog, "topics": topics, "split": split}


KIND = JobKind(
    "find_topics",
    _("Topics"),
    "maintenance.topics.find_topics",
    "maintenance/admin/topics.html",
    shown,
    lambda user: policy_registry.get_by_type(Tag).user_has_permission(user, "change"),
)


class TopicsForm(forms.Form):
    topics = forms.IntegerField(
        label=_("Number of topics"),
        required=False,
        min_value=2,
        max_value=MOST_TOPICS,
        help_text=_("Empty: by the number of posts, 5 to 40."),
    )
    method = forms.ChoiceField(
        label=_("Method"),
        choices=[
            (Method.NMF.value, _("Non-negative matrix factorisation (NMF)")),
            (Method.LDA.value, _("Latent Dirichlet allocation (LDA)")),
        ],
    )
    language = forms.ChoiceField(label=_("Language of the posts"), choices=settings.LANGUAGES)


class TopicsView(StartView):
    page_title = _("Topics")
    introduction = _(
        "Groups of words that stand together in the public posts, beside the tags that agree with them; tags whose posts are "
        "of several topics, and tags whose posts are of the same. Nothing is changed."
    )
    button = _("Find topics")
    form_class = TopicsForm
    kind = KIND

    def get_initial(self) -> dict[str, Any]:
        return {"language": settings.LANGUAGE_CODE}

    def parameters(self, form: TopicsForm) -> dict[str, Any]:
        return dict(form.cleaned_data)


class TopicsViewSet(ToolViewSet):
    name = "topics"
    url_prefix = "topics"
    icon = "tag"
    menu_order = 50
    view = TopicsView
