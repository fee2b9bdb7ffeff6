"""Suche: index and queries."""
