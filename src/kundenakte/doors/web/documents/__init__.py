"""One document: its pages, what is known about it, its versions, its history."""
