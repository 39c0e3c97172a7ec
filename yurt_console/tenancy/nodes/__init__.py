"""Approval of tenants' machines."""
