"""Moving posts between this site and others."""

from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "transfer"
