"""Fixtures of the tests about the API."""

from tests.planes.installed import installed

__all__ = ["installed"]
