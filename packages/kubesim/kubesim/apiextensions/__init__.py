"""Custom resources: kinds of CustomResourceDefinitions, and their controller."""
