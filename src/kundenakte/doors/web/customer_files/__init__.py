"""The customer file: its sections, its documents, and the links that lead to it from other programs."""
