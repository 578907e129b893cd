"""Hostile requests and texts in great number. By `make test-fuzz`; figures in docs/reliability.md."""
