"""The CSR controller and rights on nodes."""
