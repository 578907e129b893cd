"""How pages, feeds and e-mails are made: the Jinja2 environment, and the view models that templates show."""
