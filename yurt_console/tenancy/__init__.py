"""Tenancy: identity, accounts, admission, approval of nodes, and the planner. Pure except where noted."""
