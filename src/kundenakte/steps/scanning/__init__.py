"""Scans: stacks of paper taken apart by the sheets between them, and checked before the paper goes."""
