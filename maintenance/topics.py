"""The topics of the public posts, as a job: what it returns is shown beside the tags that agree with them."""

from typing import Any

from django.utils.translation import gettext as _

from blog.models import BlogPage
from blog.suggestions.stored import public_posts
from blog.suggestions.topic_report import report
from blog.suggestions.topics import Method, TopicsUnavailable, usual_number
from jobs.kinds import JobFailed, Run


def find_topics(run: Run) -> dict[str, Any]:
    """Return a report of each blog that has posts with tags. Raise JobFailed where nothing can be found."""
    asked = run.parameters
    blogs = list(BlogPage.objects.order_by("pk"))
    run.total = len(blogs)
    found = []
    for blog in blogs:
        if posts := list(public_posts(blog)):
            number = asked["topics"] or usual_number(len(posts))
            try:
                one = report(posts, number, Method(asked["method"]), asked["language"])
            except TopicsUnavailable as error:
                raise JobFailed(f"{blog.title}: {error}") from error
            found.append({"blog": blog.title, **one.as_json()})
        run.step()
    if not found:
        raise JobFailed(_("There are no public posts with tags."))
    return {"blogs": found}
