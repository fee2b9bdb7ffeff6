"""The customer file: its plan, its documents, and who may see them."""
