"""The composition root: a simulated cluster from storage to HTTP."""
