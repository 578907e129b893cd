"""Export of Kimonote itself (`export_posts`), read so that the same site comes of it."""
