"""The composition: a simulated cluster from end to end."""
