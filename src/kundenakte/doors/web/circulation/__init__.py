"""Circulation folders and tasks in the browser: sending one round, its cover sheet, what somebody has to do."""
