"""The guides, docs/operations.md and docs/mail.md, followed on an empty Debian machine by `make test-guide`."""
