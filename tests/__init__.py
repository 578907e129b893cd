"""Tests: `unit` mirrors the code, `integration` starts processes, servers and browsers, `support` helps both."""
