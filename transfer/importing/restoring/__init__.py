"""What an export of Kimonote has beside its posts, brought back before (`SiteRestorer.before`) and after them (`after`)."""
