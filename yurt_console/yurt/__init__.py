"""What OpenYurt means, as pure functions: nodes, pools, workloads, overview, events, names."""
