"""What everything stands on: bytes, jobs, accounts and the journal."""
