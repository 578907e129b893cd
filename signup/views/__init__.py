"""Views below /signup/: read the input, call one service, respond."""
