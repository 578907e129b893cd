"""The app that stores the counters of rate limits."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        """Keep the tokens of links out of Django's logs."""
        from web.logs import keep_tokens_out

        keep_tokens_out()
