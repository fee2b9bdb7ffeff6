"""How the screen writes days, amounts and kinds of files."""
