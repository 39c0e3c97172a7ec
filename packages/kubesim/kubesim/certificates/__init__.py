"""The cluster's certificate authority and CSR signing."""
