"""`manage.py render_posts`: render the posts anew whose blog has other switches than when they were rendered."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from blog.services.rendering import count_outdated, render_outdated


class Command(BaseCommand):
    help = (
        "Render the posts anew that were rendered before their blog's switches for texts were changed (typographic signs, "
        "emoji codes, headings that link to themselves). The worker does the same, a few at a time; this is at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = left = count_outdated()
        with tqdm(total=total, unit=" posts", disable=None) as bar:
            while render_outdated():
                before, left = left, count_outdated()
                bar.update(before - left)
        self.stdout.write(f"Posts rendered anew: {total}.")
