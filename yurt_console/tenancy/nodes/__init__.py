"""Letting tenants' machines in."""
