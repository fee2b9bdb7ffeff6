"""For administrators: the work in the background, the sources, and how the house is."""
