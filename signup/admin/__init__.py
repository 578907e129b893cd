"""Sign-up in the Wagtail admin: subscribers, the dashboard's panel, actions that take a button."""
