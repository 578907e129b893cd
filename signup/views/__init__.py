"""What answers below /signup/: read the input, call one thing, answer."""
