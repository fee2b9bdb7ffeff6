"""Bytes, stored by their hash."""
