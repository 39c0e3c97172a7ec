"""OpenYurt's semantics as pure functions: nodes, pools, workloads, overview, events, joining."""
