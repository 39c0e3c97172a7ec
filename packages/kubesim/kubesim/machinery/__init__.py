"""Kinds, options, selection and object metadata."""
