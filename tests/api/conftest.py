"""Fixtures of the API tests."""

from tests.planes.installed import installed

__all__ = ["installed"]
