"""Scans: stacks of paper that come in as one file, taken apart by the sheets between them."""
