"""Tests of one package each, in the folder of its name; `make test-fast` runs those that need no database."""
