"""Sign-up in the Wagtail admin: `subscribers`, `previews` of form and emails, the panel on the `dashboard`."""
