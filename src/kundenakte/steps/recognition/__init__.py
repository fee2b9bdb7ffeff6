"""Erkennung: what a document is and what stands in it."""
