"""Destroying documents whose period is over: one by one, again after a crash, again after a restore, always on record.

docs/retention.md tells the order of things. An entry in the journal comes first, then the list outside of the
database, then the files go; so whatever is missing is told of before it is missing.
"""
