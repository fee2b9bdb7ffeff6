"""Signing in: our pages around allauth, and the link by which a password is set."""
