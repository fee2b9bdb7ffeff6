"""Commands that run the whole house."""
