"""Fixtures of the tests about the API."""

from tests.installed import installed

__all__ = ["installed"]
