"""The read model: a live copy of the cluster with counts and capacities."""
