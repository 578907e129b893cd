"""Tags suggested for many posts: a list that an editor reviews, before anything is saved."""

from typing import Any

from django.utils.translation import gettext as _

from blog.admin.suggested_tags import suggestions
from blog.models import BlogPage
from blog.suggestions.stored import model_of
from blog.suggestions.text import MAX_LENGTH, Draft
from jobs.kinds import JobFailed, Run
from maintenance.rights import changeable


def suggest_tags(run: Run) -> dict[str, Any]:
    """Return the posts that get suggestions, each with names of tags and their reasons."""
    blogs = {blog.pk: blog for blog in BlogPage.objects.all() if model_of(blog.pk)}
    if not blogs:
        raise JobFailed(_("Nothing has been learnt from the posts yet: the worker does so within some minutes."))
    run.total = len(run.parameters["posts"])
    found = []
    for pk in run.parameters["posts"]:
        for post in changeable(run.user, [pk]):
            newest = post.get_latest_revision_as_object()
            blog = blogs.get(BlogPage.objects.ancestor_of(post).values_list("pk", flat=True).last())
            text = Draft(newest.title, newest.body[:MAX_LENGTH], f"{newest.subtitle}\n{newest.summary}")
            tags = [str(tag) for tag in newest.tags.all()]
            if blog and (suggested := list(suggestions(blog, text, tags, pk))):
                found.append({"post": pk, "title": newest.title, "has": tags, "tags": suggested})
        run.step()
    return {"posts": found}
