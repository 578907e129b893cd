"""Export of a blog into a folder of Markdown, which Jekyll, Hugo and `import_posts` read. Call `export.Export(…).run()`."""
