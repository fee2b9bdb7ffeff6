"""Finding documents: the search page, and the jump box that is open to every page."""
