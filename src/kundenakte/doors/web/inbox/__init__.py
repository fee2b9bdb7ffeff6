"""The inbox: what waits for a person, with the page, the candidates and why."""
