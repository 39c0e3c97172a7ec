"""``yurt-console simulate``: commands of the simulated cluster."""
