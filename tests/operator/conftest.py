"""The cluster under test with the product installed."""

from tests.planes.installed import installed

__all__ = ["installed"]
