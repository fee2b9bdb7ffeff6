"""The administration edits the structure: file plan, document classes, filing rules."""
