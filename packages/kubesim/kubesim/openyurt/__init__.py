"""OpenYurt: node pools, node autonomy, labels."""
