"""Stations on the way of a document; no station knows another."""
