"""The journal in sentences a clerk reads."""
