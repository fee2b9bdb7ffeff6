"""Telling administrators by mail what went wrong and when it was well again, each state once."""
