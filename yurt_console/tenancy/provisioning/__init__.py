"""Provisioning: desired objects of accounts, the planner, the status."""
