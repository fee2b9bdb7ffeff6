"""Archiv: versions are sealed with what is known of them, in the background, in a form any later reader understands."""
