"""Fixtures for the tests of sign-up."""

from tests.support.bounce_fixtures import ada, hard

__all__ = ["ada", "hard"]
