"""Digests: which posts are new (`editions`), who is sent them when (`digester`), and what an email shows (`posts`)."""
