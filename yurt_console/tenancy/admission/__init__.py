"""What the admission webhook answers: pure functions from a request and what is known to a verdict."""
