"""The composition root: the only place that reads argv and the environment."""
