"""What the settings name: the mail server (`email_url`), a `connection` to it, and the `sender`. No Django."""
