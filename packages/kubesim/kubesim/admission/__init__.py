"""Admission plug-ins and webhooks."""
