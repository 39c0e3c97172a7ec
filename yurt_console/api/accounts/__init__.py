"""Sessions, registration and account administration."""
