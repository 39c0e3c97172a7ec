"""The cluster under test with the product installed, for tests here."""

from tests.planes.installed import installed

__all__ = ["installed"]
