"""Views where comments are written: read the input, call one service, respond."""
