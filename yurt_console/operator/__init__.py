"""Thin kopf handlers that carry out `tenancy.plan`."""
