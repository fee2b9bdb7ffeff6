"""Ablage: which customer file, which section, which document."""
