"""Errors of the API server: a Status for each refusal, and the field errors inside an Invalid."""
