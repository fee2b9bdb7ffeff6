"""The browser client."""
