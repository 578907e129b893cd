"""What Wagtail does without a post's own save(): each raises the revision in the transaction that changes something."""
