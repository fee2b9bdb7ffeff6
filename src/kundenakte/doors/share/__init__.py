"""Takes over the files of a file server by what their paths say. Originals there are never changed."""
