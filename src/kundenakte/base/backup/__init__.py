"""A copy of the whole house that can be put back, and the proof that it can: docs/backup.md says how it is laid out."""
