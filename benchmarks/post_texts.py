"""Store texts in the posts of a filled database: the demo's, over and over, rendered as the site renders them.

`DATABASE_URL=… python -m benchmarks.post_texts` after `python -m benchmarks.fill_database SIZE`.
"""

from functools import cache

from benchmarks.fill_database import start_django

MINUTES = 1  # to read one


def store_texts() -> None:
    """Store the text of every post."""
    from django.db import connection

    from blog.markdown import render
    from blog.models.revision import raise_revision

    texts = [(body, render(body)) for body in demo_texts()]
    with connection.cursor() as cursor:
        for number, (body, rendered) in enumerate(texts):
            cursor.execute(
                f"UPDATE blog_postpage SET body = %s, html = %s, toc = %s, excerpt = %s, minutes = %s"
                f" WHERE page_ptr_id %% {len(texts)} = {number}",
                (body, rendered.html, rendered.toc, rendered.excerpt, MINUTES),
            )
        cursor.execute("VACUUM FULL ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    raise_revision()


@cache
def demo_texts() -> list[str]:
    """Return the demo's texts that show no image."""
    from blog.demo.loading import POSTS, read_post

    bodies = [read_post(path)[1] for path in sorted(POSTS.glob("*.md"))]
    return [body for body in bodies if "](images/" not in body]


if __name__ == "__main__":
    start_django()
    store_texts()
