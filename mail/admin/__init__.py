"""Mail in the Wagtail admin: the outbox, its panel on the dashboard, the check of DNS and mail server."""
