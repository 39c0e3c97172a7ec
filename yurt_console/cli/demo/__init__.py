"""``yurt-console demo``: the product on a simulated cluster."""
