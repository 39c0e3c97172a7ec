"""Who asks: tokens, certificates, bootstrap tokens."""
