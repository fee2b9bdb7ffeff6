"""File servers: what their paths mean, dry runs and take-overs with their progress and their report."""
