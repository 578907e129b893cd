"""The guide, docs/operations.md, followed on an empty Debian machine by `make test-guide`."""
