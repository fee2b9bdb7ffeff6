"""Paper that was scanned: batches, the look at every page, and the release before anything is destroyed."""
