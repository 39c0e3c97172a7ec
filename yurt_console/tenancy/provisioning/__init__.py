"""The plan of what an account needs in the cluster."""
