"""Kundenakte: the digital customer file. Read pipeline.py first."""
