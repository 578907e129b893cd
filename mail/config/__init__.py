"""Pure readers of the settings that name the mail server (`email_url`) and the sender (`sender`)."""
