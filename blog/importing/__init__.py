"""Posts from elsewhere: Markdown files with front matter, read without a database, then written in bulk."""
