"""The built-in API groups: kinds, defaults, validation, printing."""
