"""`manage.py reset_second_factor USERNAME`: let in whoever has lost authenticator and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts import second_factor


class Command(BaseCommand):
    help = "Remove an account's second factor and end its sessions: the password alone signs in until another is set up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME")

    def handle(self, *, username: str, **options: Any) -> None:
        accounts = get_user_model()
        user = accounts._default_manager.filter(**{accounts.USERNAME_FIELD: username}).first()
        if user is None:
            raise CommandError(f"No account is called {username!r}. Names are listed in the admin under Settings › Users.")
        if not second_factor.reset(user):
            self.stdout.write(f"{username!r} has no second factor; their sessions have ended.")
        else:
            self.stdout.write(f"The second factor of {username!r} is removed, and their sessions have ended.")
