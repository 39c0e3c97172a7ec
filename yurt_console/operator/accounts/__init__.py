"""The account controller."""
