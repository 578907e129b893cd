"""What answers where comments are written: read the input, call one thing, answer."""
