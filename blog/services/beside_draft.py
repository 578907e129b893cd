"""Publishing a version of a post whose newest draft is another, which stays a draft."""

from typing import Any

from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import Revision


class _PublishBesideDraft(PublishPageRevisionAction):
    def _after_publish(self) -> None:
        self.object._current_workflow_states = []  # or Wagtail would end the moderation, which is of the draft
        super()._after_publish()


def publish_beside_draft(revision: Revision, user: Any) -> None:
    """Publish a revision beside a newer draft: a moderator goes on seeing that before readers do."""
    _PublishBesideDraft(revision, user=user).execute()
