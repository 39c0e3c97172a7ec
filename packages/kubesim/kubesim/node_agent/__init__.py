"""A machine outside the cluster that joins it."""
