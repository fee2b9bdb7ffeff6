"""Runs foreign parsers in child processes with limits."""
