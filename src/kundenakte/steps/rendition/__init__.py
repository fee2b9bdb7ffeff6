"""Vorschau: page images and text with places."""
