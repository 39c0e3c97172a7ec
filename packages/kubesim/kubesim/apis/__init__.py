"""The built-in API groups: kinds, defaulting, validation, printing."""
