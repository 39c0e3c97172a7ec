"""Accounts: registration, tokens, lifecycle, administration."""
