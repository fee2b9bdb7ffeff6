"""Vorschau: text, page images and thumbnails of whatever file; `render.render_first` and `render.render_pages`."""
