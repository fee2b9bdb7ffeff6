"""Bringing files in through the browser: in slices with a bar, or with a plain form."""
