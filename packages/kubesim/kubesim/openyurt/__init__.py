"""What OpenYurt adds: node pools, labels."""
