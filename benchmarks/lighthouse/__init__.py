"""Lighthouse on the demo: what Google's tool thinks of the pages (`make lighthouse`)."""
