"""A simulated machine outside the cluster that joins it over HTTP."""
