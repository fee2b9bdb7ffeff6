"""People, service accounts, roles, and the actor behind each change."""
