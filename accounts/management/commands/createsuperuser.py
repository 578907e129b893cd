"""`manage.py createsuperuser`: Django's, whose `--noinput` applies the rules for passwords too."""

import os
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

PASSWORD = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105, the variable's name


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        """Refuse a password from the environment that the admin's forms would refuse."""
        if not options["interactive"] and PASSWORD in os.environ:
            name = options[User.USERNAME_FIELD] or os.environ.get("DJANGO_SUPERUSER_USERNAME", "")
            try:
                validate_password(os.environ[PASSWORD], User(**{User.USERNAME_FIELD: name}))
            except ValidationError as error:
                raise CommandError(f"{PASSWORD} is refused: {' '.join(error.messages)}") from error
        return super().handle(*args, **options)
