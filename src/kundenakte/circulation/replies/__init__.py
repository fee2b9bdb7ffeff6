"""Doing a task by answering the mail that told of it (Antwort per E-Mail)."""
