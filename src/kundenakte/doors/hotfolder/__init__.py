"""Watched folders of scanners, file servers and ERPs."""
