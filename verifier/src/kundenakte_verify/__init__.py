"""Checks an archive and its journal, without the program that wrote them. Reads, and never writes, what it checks."""
