"""Fixtures for all tests."""

from hypothesis import settings

pytest_plugins = ["tests.redis_server", "tests.harness"]

# How long an example takes says something about the machine and nothing about the rule.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
