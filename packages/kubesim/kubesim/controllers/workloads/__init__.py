"""Controllers of workloads."""
