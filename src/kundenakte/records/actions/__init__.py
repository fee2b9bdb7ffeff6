"""Every change to the customer file, by subject. Doors call these; nobody else writes these rows."""
