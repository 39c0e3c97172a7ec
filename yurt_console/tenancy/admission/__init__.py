"""Admission rules: pure functions from an AdmissionReview and its inputs to a verdict."""
