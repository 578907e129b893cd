"""Moving posts between this site and others.

- `importing` reads posts of other systems and writes them into a blog; `manage.py import_posts` calls it.

The way back is `/SLUG.md`, a page of the blog (`blog.rendering.markdown_file`), which `import_posts` reads again.
"""
