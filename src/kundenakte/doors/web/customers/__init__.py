"""Customers: the list, a new one, master data, merging two, reading in a list."""
