"""What answers at each address: read the input, call one thing, answer."""
