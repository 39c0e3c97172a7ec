"""What the cluster lacks: findings and their remedies."""
