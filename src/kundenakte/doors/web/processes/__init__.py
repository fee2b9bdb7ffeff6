"""Processes and cases in the browser: starting one, where it stands, its forms, and their definitions."""
