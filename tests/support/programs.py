"""Programs that publish: a client with a token."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from publishing.scopes import LABELS
from publishing.tokens import make

ALL = tuple(LABELS)


class Program(Client):
    """A program with a token of a user's, which sends no cookie."""

    def __init__(self, user: User, *scopes: str, **options: Any) -> None:
        self.token, self.text = make(user, "Test", scopes or ALL)
        super().__init__(headers={"Authorization": f"Bearer {self.text}"}, **options)
