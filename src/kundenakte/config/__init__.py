"""Wires the rest together; nobody imports it."""
